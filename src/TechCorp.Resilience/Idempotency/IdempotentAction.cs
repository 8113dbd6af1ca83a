namespace TechCorp.Resilience;

/// <summary>Makes calls of operations that return nothing.</summary>
internal static class IdempotentAction
{
    internal static IdempotentCall<TState, NoResult> Call<TState>(
        Func<TState, IdempotencyLease, CancellationToken, ValueTask> operation,
        IdempotencyFailurePolicy onFailure,
        IdempotencyKey key,
        Fingerprint fingerprint,
        TState state)
    {
        return new(new(RunAsync, NoResultSerializer.Instance) { OnFailure = onFailure }, key, fingerprint, state);

        async ValueTask<NoResult> RunAsync(TState state, IdempotencyLease lease, CancellationToken cancellationToken)
        {
            await operation(state, lease, cancellationToken).Preserve().ConfigureAwait(false);
            return default;
        }
    }
}
