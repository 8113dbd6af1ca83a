namespace TechCorp.Resilience;

/// <summary>An operation whose effect happens once for each key. Make it once (a static field) and pass the state of each call.</summary>
/// <typeparam name="TState">What each call passes to the operation.</typeparam>
/// <typeparam name="TResult">What the operation returns and its duplicates get.</typeparam>
public sealed class IdempotentOperation<TState, TResult>
{
    /// <summary>Describes an operation.</summary>
    /// <param name="operation">
    /// Runs it. The lease tells the attempt (above 1, an earlier run may have had its effect) and a fence to pass on; the token is canceled by the
    /// caller, and when the lease is lost.
    /// </param>
    /// <param name="serializer">Keeps its result.</param>
    public IdempotentOperation(Func<TState, IdempotencyLease, CancellationToken, ValueTask<TResult>> operation, IResultSerializer<TResult> serializer)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(serializer);
        Operation = operation;
        Serializer = serializer;
    }

    /// <summary>Runs the operation.</summary>
    public Func<TState, IdempotencyLease, CancellationToken, ValueTask<TResult>> Operation { get; }

    /// <summary>Keeps its result.</summary>
    public IResultSerializer<TResult> Serializer { get; }

    /// <summary>What an exception leaves behind. Default: <see cref="IdempotencyFailurePolicy.Release"/>.</summary>
    public IdempotencyFailurePolicy OnFailure { get; init; }

    /// <summary>What this exception leaves behind; takes precedence over <see cref="OnFailure"/>. Default: none.</summary>
    public Func<Exception, IdempotencyFailurePolicy>? OnException { get; init; }
}
