namespace TechCorp.Resilience;

/// <summary>The keys whose operations run in the current asynchronous flow, so that an operation that calls itself
/// fails instead of waiting for itself.</summary>
internal sealed class RunningKeys
{
    private static readonly AsyncLocal<RunningKeys?> Current = new();

    private readonly IIdempotencyStore _store;
    private readonly IdempotencyKey _key;
    private readonly RunningKeys? _outer;
    private volatile bool _ended;

    private RunningKeys(IIdempotencyStore store, IdempotencyKey key, RunningKeys? outer)
    {
        _store = store;
        _key = key;
        _outer = outer;
    }

    /// <summary>Marks the key as running for what the caller's asynchronous method calls from now on.</summary>
    internal static RunningKeys Enter(IIdempotencyStore store, IdempotencyKey key)
    {
        var entered = new RunningKeys(store, key, Current.Value);
        Current.Value = entered;
        return entered;
    }

    /// <summary>Another store, of another service in this process, may know the same key.</summary>
    /// <exception cref="InvalidOperationException">The operation of this key is one of those that called.</exception>
    internal static void ThrowIfRunning(IIdempotencyStore store, IdempotencyKey key)
    {
        for (var running = Current.Value; running is not null; running = running._outer)
        {
            if (!running._ended && ReferenceEquals(running._store, store) && running._key == key)
            {
                throw new InvalidOperationException($"The operation '{key}' called itself under the same key; it would wait for "
                    + "itself. Use another key inside.");
            }
        }
    }

    /// <summary>What the operation started and left running may use the key like anybody else.</summary>
    internal void End() => _ended = true;
}
