using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>What becomes of the row of a key in a database.</summary>
public abstract class IdempotencyRecordContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);
    private SqlIdempotencyStore _store = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _store = new SqlIdempotencyStore(Db.Database, Db.Time);
    }

    [Safeguard("A released key keeps its fence", SwitchedOff = "`Release` deletes the record")]
    [Fact, Trait("Spec", "ID8"), Trait("Spec", "ID26")]
    public async Task A_released_key_keeps_its_row_for_the_fence_until_the_sweep_after_its_retention()
    {
        await _store.ReleaseAsync(await ClaimAsync(), Cancel);
        await Db.AgeAsync(Retention - TimeSpan.FromSeconds(20));
        (await _store.SweepAsync(10, Cancel)).Should().Be(0);

        await Db.AgeAsync(TimeSpan.FromSeconds(20));

        (await _store.SweepAsync(10, Cancel)).Should().Be(1);
        (await ClaimAsync()).Fence.Should().Be(1, "what the sweep deletes is forgotten, as its documentation says");
    }

    [Safeguard("The sweep waits for the last lease", SwitchedOff = "only the leases of records in progress are considered")]
    [Fact, Trait("Spec", "ID26")]
    public async Task A_row_whose_last_lease_runs_is_not_swept_even_past_its_retention()
    {
        await _store.ReleaseAsync(await ClaimAsync(retention: TimeSpan.FromSeconds(10)), Cancel);
        await Db.AgeAsync(TimeSpan.FromSeconds(15));
        (await _store.SweepAsync(10, Cancel)).Should().Be(0);

        await Db.AgeAsync(TimeSpan.FromSeconds(15));

        (await _store.SweepAsync(10, Cancel)).Should().Be(1);
    }

    private async Task<IdempotencyLease> ClaimAsync(TimeSpan? retention = null)
        => (await _store.TryBeginAsync(new(new("payments", "k-1"), Fingerprint.Of("5 EUR"), Guid.CreateVersion7(), Lease, retention ?? Retention),
            Cancel)).Lease;
}
