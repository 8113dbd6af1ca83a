namespace TechCorp.Resilience;

/// <summary>One claim that is asked of a store, for a caller who may leave meanwhile.</summary>
internal readonly record struct StoreClaim(IIdempotencyStore Store, IdempotencyClaimRequest Request, CancellationToken Caller)
{
    /// <summary>Asks, until the attempt's token or the caller's is canceled.</summary>
    /// <remarks>The store ends a canceled claim, and the call waits for that: what it has granted all the same is then released like any other claim.</remarks>
    internal ValueTask<IdempotencyClaim> TryBeginAsync(CancellationToken attempt)
        => Caller.CanBeCanceled ? TryBeginLinkedAsync(attempt) : Store.TryBeginAsync(Request, attempt);

    private async ValueTask<IdempotencyClaim> TryBeginLinkedAsync(CancellationToken attempt)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(attempt, Caller);
        return await Store.TryBeginAsync(Request, either.Token).Preserve().ConfigureAwait(false);
    }
}
