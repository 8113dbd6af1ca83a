using System.Data;
using Dapper;
using TechCorp.Patterns.Contracts;
using TechCorp.Resilience;

namespace TechCorp.Outbox.Tests;

/// <summary>Claims and completions in transactions above READ COMMITTED, which PostgreSQL gives up when a record changed after their snapshot.</summary>
public sealed class IdempotencyIsolationTests : DatabaseContract<PostgreSqlDatabase>
{
    private static readonly IdempotencyKey Key = new("payments", "k-1");
    private static readonly StoredOutcome Receipt = new(false, "receipt", "42"u8.ToArray());
    private SqlIdempotencyStore Store => new(Db.Database, Db.Time);

    [Safeguard("A transaction that must run again is reported as such", SwitchedOff = "40001 let through")]
    [Theory, Trait("Spec", "ID20")]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_claim_that_another_one_came_before_says_that_the_whole_transaction_must_run_again(IsolationLevel isolation)
    {
        await using (var late = await BeginAsync(isolation))
        {
            var winner = (await Store.TryBeginAsync(Request(), Cancel)).Lease;
            await Store.CompleteAsync(winner, Receipt, TimeSpan.FromHours(1), Cancel);

            var error = (await Store.Awaiting(s => s.TryBeginAsync(late.Transaction, Request(), Cancel).AsTask()).Should()
                .ThrowAsync<IdempotencyTransactionException>()).Which;

            error.Key.Should().Be(Key);
            error.Message.Should().Contain($"'{Key}'").And.Contain("SQLSTATE 40001").And.Contain("run the whole transaction again");
        }

        await using var again = await BeginAsync(isolation);
        (await Store.TryBeginAsync(again.Transaction, Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.Replay);
    }

    [Safeguard("A transaction that must run again is reported as such")]
    [Theory, Trait("Spec", "ID20")]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task An_outcome_whose_lease_was_renewed_after_the_snapshot_says_so_too(IsolationLevel isolation)
    {
        var lease = (await Store.TryBeginAsync(Request(), Cancel)).Lease;
        await using (var late = await BeginAsync(isolation))
        {
            await Store.RenewAsync(lease, TimeSpan.FromSeconds(30), Cancel);

            await Store.Awaiting(s => s.CompleteAsync(late.Transaction, lease, Receipt, TimeSpan.FromHours(1), Cancel).AsTask()).Should()
                .ThrowAsync<IdempotencyTransactionException>();
        }

        await using var again = await BeginAsync(isolation);
        (await Store.CompleteAsync(again.Transaction, lease, Receipt, TimeSpan.FromHours(1), Cancel)).Should().BeTrue();
    }

    [Safeguard("A refused claim gives its row lock back")]
    [Safeguard("A claim that the caller's lock_timeout ends is in progress", SwitchedOff = "the error let through")]
    [Fact, Trait("Spec", "ID20")]
    public async Task The_callers_own_lock_timeout_bounds_a_claim_and_leaves_the_transaction_usable()
    {
        await using var first = await BeginAsync(IsolationLevel.ReadCommitted);
        (await Store.TryBeginAsync(first.Transaction, Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.Acquired);
        await using var second = await BeginAsync(IsolationLevel.ReadCommitted);
        await second.Connection.ExecuteAsync("set local lock_timeout = 100", transaction: second.Transaction);

        (await Store.TryBeginAsync(second.Transaction, Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.InProgress);

        (await second.Connection.ExecuteScalarAsync<int>("select 1", transaction: second.Transaction)).Should().Be(1);
    }

    /// <summary>A transaction whose snapshot is taken.</summary>
    private async Task<WriteTransaction> BeginAsync(IsolationLevel isolation)
    {
        var write = await Db.Database.BeginWriteAsync(isolation, Cancel);
        await write.Connection.ExecuteScalarAsync<long>($"select count(*) from {Db.Database.Table("inbox")}", transaction: write.Transaction);
        return write;
    }

    private static IdempotencyClaimRequest Request()
        => new(Key, Fingerprint.Of("5 EUR"), Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));
}
