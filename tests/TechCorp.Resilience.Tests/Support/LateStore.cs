using System.Runtime.CompilerServices;

namespace TechCorp.Resilience.Tests;

/// <summary>A store each of whose calls first does what the test says for the method of this name.</summary>
internal sealed class LateStore(IIdempotencyStore inner) : IIdempotencyStore
{
    public Dictionary<string, Func<Task>> Before { get; } = [];

    /// <summary>Done between a claim and its answer.</summary>
    public Func<Task> AfterClaim { get; set; } = static () => Task.CompletedTask;

    public async ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken = default)
    {
        await BeforeAsync().ConfigureAwait(false);
        var claim = await inner.TryBeginAsync(request, cancellationToken).ConfigureAwait(false);
        await AfterClaim().ConfigureAwait(false);
        return claim;
    }

    public async ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        await BeforeAsync().ConfigureAwait(false);
        return await inner.CompleteAsync(lease, outcome, retention, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
    {
        await BeforeAsync().ConfigureAwait(false);
        return await inner.ReleaseAsync(lease, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> MarkInDoubtAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
    {
        await BeforeAsync().ConfigureAwait(false);
        return await inner.MarkInDoubtAsync(lease, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await BeforeAsync().ConfigureAwait(false);
        return await inner.RenewAsync(lease, duration, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken = default)
        => inner.ResolveAsync(key, outcome, retention, cancellationToken);

    public ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken = default) => inner.SweepAsync(maxRecords, cancellationToken);

    private Task BeforeAsync([CallerMemberName] string method = "") => Before.TryGetValue(method, out var before) ? before() : Task.CompletedTask;
}
