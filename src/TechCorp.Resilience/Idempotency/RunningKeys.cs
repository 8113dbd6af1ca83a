namespace TechCorp.Resilience;

/// <summary>The keys whose operations run in the current asynchronous flow, so that one that calls itself is told instead of waiting for itself.</summary>
internal sealed class RunningKeys
{
    private static readonly AsyncLocal<RunningKeys?> Current = new();

    private readonly IdempotencyKey _key;
    private readonly RunningKeys? _outer;
    private volatile bool _ended;

    private RunningKeys(IdempotencyKey key, RunningKeys? outer)
    {
        _key = key;
        _outer = outer;
    }

    /// <summary>Marks the key as running for what the caller's asynchronous method calls from now on.</summary>
    public static RunningKeys Enter(IdempotencyKey key)
    {
        var entered = new RunningKeys(key, Current.Value);
        Current.Value = entered;
        return entered;
    }

    /// <exception cref="InvalidOperationException">The operation of this key is one of those that called.</exception>
    public static void ThrowIfRunning(IdempotencyKey key)
    {
        for (RunningKeys? running = Current.Value; running is not null; running = running._outer)
        {
            if (!running._ended && running._key == key)
            {
                throw new InvalidOperationException($"The operation '{key}' called itself under the same key; it would wait for itself. Use another key inside.");
            }
        }
    }

    /// <summary>What the operation started and left running may use the key like anybody else.</summary>
    public void End() => _ended = true;
}
