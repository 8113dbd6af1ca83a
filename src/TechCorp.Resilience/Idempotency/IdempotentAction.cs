namespace TechCorp.Resilience;

/// <summary>Makes idempotent operations that return nothing.</summary>
public static class IdempotentAction
{
    /// <summary>Describes an operation without a result; its duplicates learn only that it happened.</summary>
    /// <typeparam name="TState">What each call passes to the operation.</typeparam>
    /// <param name="operation">Runs it.</param>
    /// <param name="onFailure">What an exception leaves behind. Default: <see cref="IdempotencyFailurePolicy.Release"/>.</param>
    public static IdempotentOperation<TState, NoResult> Create<TState>(
        Func<TState, IdempotencyLease, CancellationToken, ValueTask> operation,
        IdempotencyFailurePolicy onFailure = IdempotencyFailurePolicy.Release)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return new(
            async (state, lease, cancellationToken) =>
            {
                await operation(state, lease, cancellationToken).ConfigureAwait(false);
                return default;
            },
            NoResultSerializer.Instance)
        {
            OnFailure = onFailure,
        };
    }
}
