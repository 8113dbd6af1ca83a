using System.Data.Common;
using Dapper;
using TechCorp.Patterns.Contracts;
using TechCorp.Resilience;

namespace TechCorp.Outbox.Tests;

/// <summary>Only concurrent writers meet these cases, on hosts whose clocks differ.</summary>
public sealed class PostgreSqlIdempotencyLockContract : IdempotencyLockContract<PostgreSqlDatabase>
{
    private static readonly IdempotencyKey Other = new("payments", "k-2");

    [Safeguard("Claims and renewals do not hang on another's transaction", SwitchedOff = "no lock_timeout")]
    [Fact, Trait("Spec", "ID4"), Trait("Spec", "ID19")]
    public async Task A_claim_while_the_transaction_is_open_past_its_lease_waits_briefly_and_learns_that_it_runs()
    {
        var lease = await ClaimAsync();
        await Db.AgeAsync(Lease);
        await using (var write = await CompleteAsync(lease))
        {
            var claim = await Store.TryBeginAsync(Request(), Cancel).AsTask().WaitAsync(Watchdog, Cancel);
            claim.Status.Should().Be(IdempotencyClaimStatus.InProgress);
            claim.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
            await write.CommitAsync(Cancel);
        }

        (await Store.TryBeginAsync(Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.Replay);
    }

    [Safeguard("A refused claim gives its row lock back", SwitchedOff = "not rolled back to the savepoint")]
    [Fact, Trait("Spec", "ID16"), Trait("Spec", "ID19")]
    public async Task A_claim_that_was_refused_in_an_open_transaction_does_not_keep_the_owner_from_renewing()
    {
        var lease = await ClaimAsync();
        await using var duplicate = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        (await Store.TryBeginAsync(duplicate.Transaction, Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.InProgress);

        (await RenewAsync(lease)).Should().BeTrue();
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task A_renewal_that_cannot_reach_the_record_says_that_it_does_not_know()
    {
        var lease = await ClaimAsync();
        await using var stranger = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        await stranger.Connection.ExecuteAsync($"update {Db.Database.Table("idempotency")} set attempt = attempt", transaction: stranger.Transaction);

        var error = (await FluentActions.Awaiting(() => RenewAsync(lease)).Should().ThrowAsync<TimeoutException>()).Which;

        error.Message.Should().Be($"Another transaction has held the record of '{Key}' for 00:00:01; whether its lease still holds is not known. Ask again.");
    }

    [Fact, Trait("Spec", "ID25")]
    public async Task A_process_whose_clock_is_an_hour_ahead_steals_no_lease()
    {
        await Store.TryBeginAsync(Request(), Cancel);
        Db.Time.Advance(TimeSpan.FromHours(1));

        (await Store.TryBeginAsync(Request(), Cancel)).Status.Should().Be(IdempotencyClaimStatus.InProgress);
    }

    [Safeguard("A transaction that was chosen in a deadlock is reported as such", SwitchedOff = "40P01 let through")]
    [Fact, Trait("Spec", "ID20")]
    public async Task Of_two_transactions_that_wait_for_each_other_one_is_given_up_and_says_so()
    {
        await using var first = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        await using var second = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        await Store.TryBeginAsync(first.Transaction, Request(), Cancel);
        await Store.TryBeginAsync(second.Transaction, Request() with { Key = Other }, Cancel);

        var claims = new[]
        {
            Store.TryBeginAsync(first.Transaction, Request() with { Key = Other }, Cancel).AsTask(),
            Store.TryBeginAsync(second.Transaction, Request(), Cancel).AsTask(),
        };
        var given = await Task.WhenAny(claims).WaitAsync(Watchdog, Cancel);

        var error = (await FluentActions.Awaiting(() => given).Should().ThrowAsync<IdempotencyTransactionException>()).Which;
        error.InnerException.Should().BeAssignableTo<DbException>().Which.SqlState.Should().Be("40P01");
        await (given == claims[0] ? first : second).DisposeAsync();
        (await (given == claims[0] ? claims[1] : claims[0]).WaitAsync(Watchdog, Cancel)).Status.Should()
            .Be(IdempotencyClaimStatus.Acquired, "the other had only to wait for it");
    }
}
