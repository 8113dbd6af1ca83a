namespace TechCorp.Resilience.Tests;

/// <summary>Counts the calls to a store and lets a test break them.</summary>
internal sealed class WatchedStore(IIdempotencyStore inner) : IIdempotencyStore
{
    private int _claims;
    private int _completions;

    public int Claims => Volatile.Read(ref _claims);

    public int Completions => Volatile.Read(ref _completions);

    public List<bool> Renewals { get; } = [];

    public Exception? FailCompletionsWith { get; set; }

    public Exception? FailRenewalsWith { get; set; }

    public Func<CancellationToken, ValueTask<bool>>? RenewInstead { get; set; }

    public Action? BeforeCompletion { get; set; }

    public ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _claims);
        return inner.TryBeginAsync(request, cancellationToken);
    }

    public ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _completions);
        BeforeCompletion?.Invoke();
        return FailCompletionsWith is null ? inner.CompleteAsync(lease, outcome, retention, cancellationToken) : throw FailCompletionsWith;
    }

    public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        => inner.ReleaseAsync(lease, cancellationToken);

    public ValueTask<bool> MarkInDoubtAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        => inner.MarkInDoubtAsync(lease, cancellationToken);

    public async ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (FailRenewalsWith is not null)
        {
            throw FailRenewalsWith;
        }

        var renewed = RenewInstead is null ? await inner.RenewAsync(lease, duration, cancellationToken) : await RenewInstead(cancellationToken);
        Renewals.Add(renewed);
        return renewed;
    }

    public ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken = default)
        => inner.ResolveAsync(key, outcome, retention, cancellationToken);

    public ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken = default) => inner.SweepAsync(maxRecords, cancellationToken);
}
