using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>What renewals and claims say while a transaction with the operation's outcome stays open, past its lease too.</summary>
public abstract class IdempotencyLockContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);
    private protected static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(30);
    private protected static readonly IdempotencyKey Key = new("payments", "k-1");
    private static readonly StoredOutcome Receipt = new(false, "number", "17"u8.ToArray());
    private SqlIdempotencyStore _store = null!;

    private protected SqlIdempotencyStore Store => _store;

    private string Effects => Db.Database.Table("effects");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Db.ExecuteAsync($"create table {Effects} (id text not null)");
        _store = new SqlIdempotencyStore(Db.Database, Db.Time);
    }

    [Safeguard("An outcome that is not committed yet keeps its lease (PostgreSQL)")]
    [Safeguard("An outcome that is not committed yet keeps its lease (SQLite)")]
    [Safeguard("Claims and renewals do not hang on another's transaction", Remark = "and two more")]
    [Fact, Trait("Spec", "ID16"), Trait("Spec", "ID19")]
    public async Task While_an_outcome_is_not_committed_yet_its_lease_is_not_lost_even_past_its_end()
    {
        var lease = await ClaimAsync();
        await Db.AgeAsync(Lease);
        await using (var write = await CompleteAsync(lease))
        {
            (await RenewAsync(lease)).Should().BeTrue();
            (await RenewAsync(lease with { Owner = Guid.CreateVersion7() }, answers: Db.HasConcurrentWriters)).Should().BeFalse("it is nobody else's");
            await write.CommitAsync(Cancel);
        }

        (await RenewAsync(lease)).Should().BeTrue();
        (await _store.TryBeginAsync(Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.Replay);
    }

    [Safeguard("An outcome keeps its lease no longer than its transaction is open (SQLite)", SwitchedOff = "what has ended counts as open")]
    [Fact, Trait("Spec", "ID16"), Trait("Spec", "ID19")]
    public async Task After_a_rollback_past_the_lease_the_key_is_whose_who_comes_first()
    {
        var lease = await ClaimAsync();
        await Db.AgeAsync(Lease);
        await (await CompleteAsync(lease)).DisposeAsync();

        (await RenewAsync(lease)).Should().BeTrue("nobody has taken it");
        await Db.AgeAsync(Lease);
        await (await CompleteAsync(lease)).DisposeAsync();
        (await ClaimAsync()).Fence.Should().Be(lease.Fence + 1);

        (await RenewAsync(lease)).Should().BeFalse();
    }

    [Safeguard("An outcome that is not committed yet keeps its lease (PostgreSQL)", SwitchedOff = "the lock of the open transaction not asked for")]
    [Safeguard("An outcome that is not committed yet keeps its lease (SQLite)", SwitchedOff = "open completions are ignored")]
    [Fact, Trait("Spec", "ID16"), Trait("Spec", "ID19")]
    public async Task An_operation_whose_transaction_is_open_for_longer_than_its_lease_has_its_effect_and_gives_its_result()
    {
        var clock = new TimerClock();
        var executor = new IdempotencyExecutor(_store, new IdempotencyOptions { Lease = Lease }, clock);
        var completed = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        var operation = new IdempotentOperation<int, int>(
            async (number, lease, token) =>
            {
                await using var write = await Db.Database.BeginWriteAsync(cancellationToken: token);
                await write.Connection.ExecuteAsync($"insert into {Effects} (id) values ('e')", transaction: write.Transaction);
                (await _store.CompleteAsync(write.Transaction, lease, Receipt, Retention, token)).Should().BeTrue();
                completed.SetResult();
                await gate.Task.WaitAsync(token);
                await write.CommitAsync(token);
                return number;
            },
            "number", (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int)));

        var call = executor.ExecuteAsync(operation, Key, Fingerprint.Of("5 EUR"), 17, Cancel).AsTask();
        await Task.WhenAny(call, completed.Task);
        for (var third = 0; third < 4; third++)
        {
            await Task.WhenAny(call, clock.PassAsync(due => due == Lease / 3, Cancel)).WaitAsync(Watchdog, Cancel);
        }

        gate.SetResult();

        var result = await call.WaitAsync(Watchdog, Cancel);
        result.Should().Be(new IdempotentResult<int>(17, Replayed: false));
        (await executor.ExecuteAsync(operation, Key, Fingerprint.Of("5 EUR"), 17, Cancel)).Replayed.Should().BeTrue();
        (await Db.ScalarAsync<long>($"select count(*) from {Effects}")).Should().Be(1);
    }

    private protected async Task<WriteTransaction> CompleteAsync(IdempotencyLease lease)
    {
        var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        (await _store.CompleteAsync(write.Transaction, lease, Receipt, Retention, Cancel)).Should().BeTrue();
        return write;
    }

    private protected async Task<bool> RenewAsync(IdempotencyLease lease, bool answers = true)
        => answers && await _store.RenewAsync(lease, Lease, Cancel).AsTask().WaitAsync(Watchdog, Cancel);

    private protected async Task<IdempotencyLease> ClaimAsync() => (await _store.TryBeginAsync(Request(), Cancel)).Lease;

    private protected static IdempotencyClaimRequest Request() => new(Key, Fingerprint.Of("5 EUR"), Guid.CreateVersion7(), Lease, Retention);
}
