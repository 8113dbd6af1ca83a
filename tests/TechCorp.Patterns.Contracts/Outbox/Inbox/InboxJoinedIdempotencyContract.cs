using Dapper;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>Idempotency records that commit together with the effect.</summary>
public abstract class InboxJoinedIdempotencyContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly IdempotencyKey Key = new("payments", "k-1");
    private static readonly StoredOutcome Receipt = new(false, "receipt", "42"u8.ToArray());
    private SqlIdempotencyStore _store = null!;

    private string Effects => Db.Database.Table("effects");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Db.ExecuteAsync($"create table {Effects} (id text not null)");
        _store = new SqlIdempotencyStore(Db.Database, Db.Time);
    }

    [Fact, Trait("Spec", "ID19")]
    public async Task A_claim_its_effect_and_its_outcome_commit_together()
    {
        await RunAsync(commit: true);

        (await _store.TryBeginAsync(Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.Replay);
        (await Db.ScalarAsync<long>($"select count(*) from {Effects}")).Should().Be(1);
    }

    [Fact, Trait("Spec", "ID19")]
    public async Task Rolling_back_takes_the_claim_and_the_effect_back()
    {
        await RunAsync(commit: false);

        (await Db.ScalarAsync<long>($"select count(*) from {Effects}")).Should().Be(0);
        var claim = await _store.TryBeginAsync(Request(), Cancel);
        claim.Status.Should().Be(IdempotencyClaimStatus.Acquired);
        claim.Lease.Attempt.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID19")]
    public async Task A_duplicate_waits_for_the_transaction_and_replays()
    {
        await using var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        var lease = (await _store.TryBeginAsync(write.Transaction, Request(), Cancel)).Lease;
        var duplicate = Task.Run(ClaimInAnotherAsync, Cancel);
        await Eventually.Holds(async () => !Db.HasConcurrentWriters || await Db.ScalarAsync<long>(Waiting, new { name = Db.Database.Schema }) == 1,
            "the duplicate waits for the row");
        (await _store.CompleteAsync(write.Transaction, lease, Receipt, TimeSpan.FromHours(1), Cancel)).Should().BeTrue();
        duplicate.IsCompleted.Should().BeFalse();
        await write.CommitAsync(Cancel);
        await write.DisposeAsync();

        var claim = await duplicate.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        claim.Status.Should().Be(IdempotencyClaimStatus.Replay);
        claim.Outcome.Payload.ToArray().Should().Equal("42"u8.ToArray());
    }

    private const string Waiting = "select count(*) from pg_stat_activity where application_name = @name and wait_event_type = 'Lock'";

    private async Task<IdempotencyClaim> ClaimInAnotherAsync()
    {
        await using var other = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        return await _store.TryBeginAsync(other.Transaction, Request(), Cancel);
    }

    [Fact, Trait("Spec", "ID14")]
    public async Task A_zombie_learns_inside_its_transaction_that_it_has_lost_its_lease()
    {
        var zombie = (await _store.TryBeginAsync(Request(), Cancel)).Lease;
        await Db.AgeAsync(TimeSpan.FromMinutes(1));
        await _store.TryBeginAsync(Request(), Cancel);

        await using var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        (await _store.CompleteAsync(write.Transaction, zombie, Receipt, TimeSpan.FromHours(1), Cancel)).Should().BeFalse();
    }

    [Fact, Trait("Spec", "ID23")]
    public async Task A_default_key_is_refused_before_any_statement()
    {
        var act = async () => await _store.TryBeginAsync(Request() with { Key = default }, Cancel);
        await act.Should().ThrowAsync<ArgumentException>();
    }

    private async Task RunAsync(bool commit)
    {
        await using var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        var lease = (await _store.TryBeginAsync(write.Transaction, Request(), Cancel)).Lease;
        await write.Connection.ExecuteAsync($"insert into {Effects} (id) values ('e')", transaction: write.Transaction);
        (await _store.CompleteAsync(write.Transaction, lease, Receipt, TimeSpan.FromHours(1), Cancel)).Should().BeTrue();
        if (commit)
        {
            await write.CommitAsync(Cancel);
        }
    }

    private static IdempotencyClaimRequest Request()
        => new(Key, Fingerprint.Of("5 EUR"), Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));
}
