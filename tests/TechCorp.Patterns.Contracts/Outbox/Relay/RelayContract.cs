using System.Data.Common;
using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>What becomes of rows, by what the broker says of them.</summary>
public abstract class RelayContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly Destination Elsewhere = Destination.ToExchange("orders", "order.paid");

    [Safeguard("The events of a unit of work get their ids in order", SwitchedOff = "`PostgreSqlOutboxSql.Insert` without `order by`",
        Remark = "and 18 more tests, with PostgreSQL 17 and 18")]
    [Fact]
    public async Task Confirmed_events_leave_the_outbox()
    {
        await AppendAsync([.. Of("a", 1, 3), .. Of(null, 4, 2)]);

        var result = await RunAsync();

        result.Should().BeEquivalentTo(new { Owned = 32, Read = 5, Confirmed = 5, Parked = 0, Error = (string?)null });
        Broker.Bodies.Should().BeEquivalentTo("1", "2", "3", "4", "5");
        Broker.Bodies.Where(body => body is "1" or "2" or "3").Should().Equal("1", "2", "3");
        (await PendingAsync()).Should().Be(0);
    }

    [Fact]
    public async Task No_row_ends_before_its_confirm()
    {
        await AppendAsync(Of("a", 1, 3));
        Broker.HoldConfirms();
        var running = RunAsync();
        await Broker.Published;

        (await PendingAsync()).Should().Be(3);

        Broker.ReleaseConfirms();
        await running;
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("A row is settled only by its own confirm", SwitchedOff = "`RelayOutcomes.Add`: counting refused and unanswered rows as confirmed")]
    [Fact, Trait("Spec", "RL4")]
    public async Task A_refused_event_is_tried_again_after_a_wait_and_the_rest_of_its_key_waits_behind_it()
    {
        Options.RetryDelay = TimeSpan.FromSeconds(10);
        await AppendAsync([.. Of("a", 1, 2), .. Of("b", 3, 2)]);
        Broker.Answer = message => BodyOf(message) == "1" ? PublishOutcome.Rejected("The queue is full.") : PublishOutcome.Confirmed;

        (await RunAsync()).Should().BeEquivalentTo(new { Confirmed = 2, Deferred = 1, Error = (string?)null });
        await AppendAsync(Of("a", 5, 1));
        (await SweepAsync()).Read.Should().Be(0, "1 waits, and 2 and 5 wait behind it");
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await Db.AgeAsync(TimeSpan.FromMinutes(1));
        await SweepAsync();

        Broker.Bodies.Should().Equal("3", "4", "1", "2", "5");
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("A refused row holds back its key beyond its wait, until a read from the beginning meets both in order",
        SwitchedOff = "`ReadRows` (`w.id <= p.low`): dropping the condition")]
    [Fact, Trait("Spec", "RL4")]
    public async Task A_later_event_does_not_overtake_a_refused_one_whose_delay_has_ended()
    {
        await AppendAsync(Of("a", 1, 1));
        Broker.Answer = _ => PublishOutcome.Rejected("The queue is full.");
        await RunAsync();
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await AppendAsync(Of("b", 10, 1));
        await RunAsync();
        await AppendAsync(Of("a", 2, 1));
        Db.Time.Advance(Options.SweepInterval / 2);
        await Db.ExecuteAsync("update {outbox} set next_at = created_at where next_at is not null");

        await RunAsync();
        await SweepAsync();

        Broker.Bodies.Should().Equal("10", "1", "2");
    }

    [Fact, Trait("Spec", "RL5")]
    public async Task An_event_without_a_queue_blocks_neither_other_rows_nor_other_keys()
    {
        await AppendAsync(Event("a", "1"), Event("a", "2"), Event("a", "3", Elsewhere), Event("b", "4", Elsewhere));
        Broker.Answer = message => BodyOf(message) is "1" or "2" ? PublishOutcome.Returned(312, "NO_ROUTE") : PublishOutcome.Confirmed;

        var result = await RunAsync();

        result.Should().BeEquivalentTo(new { Confirmed = 2, Deferred = 1, Unroutable = 1 }, "2 would reach the same queue as 1 and must not come before it");
        Broker.Bodies.Should().BeEquivalentTo("3", "4");
        (await PendingAsync()).Should().Be(2, "a returned event is not sent");
    }

    [Fact, Trait("Spec", "RL5")]
    public async Task A_subscriber_that_is_deployed_late_gets_what_it_missed_in_order()
    {
        await AppendAsync(Of("a", 1, 3));
        Broker.Answer = _ => PublishOutcome.Returned(312, "NO_ROUTE");
        await RunAsync();
        await Db.AgeAsync(TimeSpan.FromHours(3));
        await RunAsync();
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await Db.AgeAsync(TimeSpan.FromHours(3));

        await RunAsync();

        Broker.Bodies.Should().Equal("1", "2", "3");
        (await ParkedAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL5")]
    public async Task After_the_grace_an_event_without_a_queue_is_parked_and_its_key_goes_on()
    {
        await AppendAsync(Of("a", 1, 2));
        Broker.Answer = _ => PublishOutcome.Returned(312, "NO_ROUTE");
        await RunAsync();
        await Db.AgeAsync(TimeSpan.FromHours(25));

        (await RunAsync()).Parked.Should().Be(2, "2 has waited as long, behind 1");

        (await Db.QueryAsync<string>("select distinct reason from {outbox_parked}")).Should().Equal(nameof(ParkReason.Unroutable));
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await AppendAsync(Of("a", 3, 1));
        await RunAsync();
        Broker.Bodies.Should().Equal("3");
    }

    [Safeguard("A row is settled only by its own confirm", Remark = "and 14 more tests of the relay")]
    [Theory]
    [InlineData("lost"), InlineData("expired"), InlineData("thrown")]
    [Trait("Spec", "RL6"), Trait("Spec", "RL7"), Trait("Spec", "RL8")]
    public async Task What_the_broker_did_not_answer_for_stays_as_it_is_and_is_published_again_in_order(string how)
    {
        await AppendAsync([.. Of("a", 1, 3), .. Of("b", 4, 2)]);
        Broker.KeepsUnconfirmed = true;
        Broker.Answer = message => how switch
        {
            _ when BodyOf(message) == "4" => PublishOutcome.Confirmed,
            "lost" => PublishOutcome.ConnectionLost("Connection reset."),
            "expired" => PublishOutcome.ExpiredUnwritten("The broker is blocked."),
            _ => throw new IOException("Broken pipe."),
        };

        var result = await RunAsync();

        result.Error.Should().NotBeNull();
        (await AttemptsAsync()).Should().Be(0);
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await RunAsync();
        Broker.Bodies.Distinct().Where(body => int.Parse(body, System.Globalization.CultureInfo.InvariantCulture) < 4).Should().Equal("1", "2", "3");
        Broker.Bodies.Distinct().Should().HaveCount(5);
        Broker.Bodies.Count.Should().BeLessThanOrEqualTo(5 + 1, "one row of each key was in flight");
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("Of a key, one row is in flight, and none passes one that was not confirmed",
        SwitchedOff = "`RelayWindow.Settle`: never blocking a key",
        Remark = "and 5 more tests of the relay")]
    [Fact, Trait("Spec", "RL10")]
    public async Task A_row_that_cannot_be_published_parks_its_key_and_nothing_else()
    {
        Broker.MaxBodyBytes = 4;
        await AppendAsync([Event("a", "too large"), .. Of("a", 1, 2), .. Of("b", 3, 2), Event(null, "too large"), .. Of(null, 5, 2)]);

        (await RunAsync()).Should().BeEquivalentTo(new { Confirmed = 4, Parked = 2, Error = (string?)null });

        await AppendAsync(Of("a", 9, 1));
        (await SweepAsync()).Read.Should().Be(0, "the key waits for somebody to decide");
        Broker.Bodies.Should().BeEquivalentTo("3", "4", "5", "6");
        (await Db.QueryAsync<string>("select reason from {outbox_parked}")).Should().Equal(nameof(ParkReason.Invalid), nameof(ParkReason.Invalid));
    }

    [Theory, Trait("Spec", "RL10")]
    [InlineData(3, 1), InlineData(0, 0)]
    public async Task A_row_that_is_refused_too_often_parks_its_key_unless_attempts_are_unlimited(int maxAttempts, int parked)
    {
        Options.MaxAttempts = maxAttempts;
        await AppendAsync(Of("a", 1, 2));
        Broker.Answer = _ => PublishOutcome.Rejected("The queue is full.");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            (await RunAsync()).Should().BeEquivalentTo(new { Deferred = 1, Parked = 0 });
            await Db.AgeAsync(TimeSpan.FromMinutes(2));
            Db.Time.Advance(Options.SweepInterval);
        }

        (await RunAsync()).Parked.Should().Be(parked);

        (await Db.QueryAsync<string>("select reason from {outbox_parked}")).Should().Equal(Enumerable.Repeat(nameof(ParkReason.Refused), parked));
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await Db.AgeAsync(TimeSpan.FromMinutes(2));
        await SweepAsync();
        Broker.Bodies.Should().HaveCount(parked == 1 ? 0 : 2, "2 waits behind 1 until somebody decides");
    }

    [Fact, Trait("Spec", "RL10")]
    public async Task Attempts_without_a_queue_do_not_count_as_refusals()
    {
        Options.MaxAttempts = 2;
        await AppendAsync(Of("a", 1, 1));
        foreach (var answer in new[] { PublishOutcome.Returned(312, "NO_ROUTE"), PublishOutcome.Returned(312, "NO_ROUTE"), PublishOutcome.Rejected("full") })
        {
            Broker.Answer = _ => answer;
            (await RunAsync()).Should().BeEquivalentTo(new { Deferred = 1, Parked = 0 });
            await Db.AgeAsync(TimeSpan.FromMinutes(2));
            Db.Time.Advance(Options.SweepInterval);
        }

        (await RunAsync()).Parked.Should().Be(1);
    }

    [Fact, Trait("Spec", "RL10")]
    public async Task A_row_that_is_damaged_parks_like_one_that_is_too_large()
    {
        await AppendAsync(Of("a", 1, 2));
        await Db.ExecuteAsync("update {outbox} set routing_key = @long where id = (select min(id) from {outbox})", new { @long = new string('x', 300) });

        (await RunAsync()).Should().BeEquivalentTo(new { Confirmed = 0, Parked = 1 });
    }

    [Safeguard("A row that is no message is parked", SwitchedOff = "`RelayFlight.PublishAsync` calls it unsettled")]
    [Theory, Trait("Spec", "FO1"), Trait("Spec", "FO23")]
    [InlineData("an infinite time")]
    [InlineData("a header without a value")]
    [InlineData("headers that are no object")]
    [InlineData("a header that is no text")]
    [InlineData("a priority that is no number")]
    [InlineData("a time that no calendar has")]
    public async Task A_row_that_is_no_message_is_parked_and_the_others_are_published(string damage)
    {
        var postgres = Db.HasConcurrentWriters;
        var (column, value) = damage switch
        {
            "an infinite time" => ("occurred_at", postgres ? "'-infinity'" : "-9000000000000000"),
            "a header without a value" => ("headers", """'{"a":null}'"""),
            "headers that are no object" => ("headers", "'[1]'"),
            "a header that is no text" => ("headers", """'{"a":1}'"""),
            "a priority that is no number" => ("headers", """'{"x-techcorp-outbox-priority":"high"}'"""),
            _ => ("occurred_at", postgres ? "'200000-01-01Z'" : "9000000000000000"),
        };
        await AppendAsync([.. Of("a", 1, 2), .. Of("b", 3, 2), .. Of(null, 5, 2)]);
        await Db.ExecuteAsync($"update {{outbox}} set {column} = {value} where id = (select min(id) from {{outbox}})");

        (await RunAsync()).Should().BeEquivalentTo(new { Confirmed = 4, Parked = 1, Error = (string?)null });

        Broker.Bodies.Should().BeEquivalentTo("3", "4", "5", "6");
        (await Db.QueryAsync<string>("select reason from {outbox_parked}")).Should().Equal(nameof(ParkReason.Invalid));
        (await SweepAsync()).Read.Should().Be(0, "the key of the damaged one waits for somebody to decide");
    }

    [Fact, Trait("Spec", "RL15")]
    public async Task A_row_that_was_committed_late_is_found_by_the_sweep()
    {
        await AppendAsync([.. Of("a", 1, 1), .. Of("b", 2, 1)]);
        await Db.ExecuteAsync("update {outbox} set part = part + 100 where key = 'a'");
        await RunAsync();
        await Db.ExecuteAsync("update {outbox} set part = part - 100 where key = 'a'");

        await SweepAsync();

        Broker.Bodies.Should().Equal("2", "1");
        (await PendingAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL3")]
    public async Task A_mark_that_failed_leads_to_duplicates_of_that_batch_and_to_no_loss()
    {
        await AppendAsync(Of("a", 1, 3));
        Broker.HoldConfirms();
        using var abort = new CancellationTokenSource();
        var running = Pass.RunAsync(Cancel, abort.Token);
        await Broker.Published;
        await abort.CancelAsync();
        await running.ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        Broker.ReleaseConfirms();

        await RunAsync();

        Broker.Bodies.Distinct().Should().Equal("1", "2", "3");
        Broker.Bodies.Should().HaveCountLessThanOrEqualTo(6);
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("What was confirmed is not published again while it cannot be marked", SwitchedOff = "`RelayPass` does not look at what is unmarked")]
    [Fact, Trait("Spec", "FO2"), Trait("Spec", "RL3")]
    public async Task What_was_confirmed_is_not_published_again_while_the_database_refuses_the_mark()
    {
        await AppendAsync([.. Of("a", 1, 2), .. Of(null, 3, 1)]);
        var (refuse, allow) = Db.HasConcurrentWriters
            ? ($"create function {Db.Database.Schema}.refuse() returns trigger language plpgsql as $$ begin raise exception 'no space left'; end $$; "
                + $"create trigger refuse before delete on {{outbox}} for each row execute function {Db.Database.Schema}.refuse()",
                "drop trigger refuse on {outbox}")
            : ("create trigger refuse before delete on {outbox} begin select raise(abort, 'no space left'); end", "drop trigger refuse");
        await Db.ExecuteAsync(refuse);
        for (var pass = 0; pass < 5; pass++)
        {
            await FluentActions.Awaiting(SweepAsync).Should().ThrowAsync<DbException>();
        }

        await AppendAsync(Of("a", 4, 1));
        await FluentActions.Awaiting(SweepAsync).Should().ThrowAsync<DbException>();
        await Db.ExecuteAsync(allow);
        (await SweepAsync()).Confirmed.Should().Be(4);

        Broker.Bodies.Should().BeEquivalentTo("1", "2", "3", "4");
        (await PendingAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL9")]
    public async Task A_backlog_drains_in_order_when_the_broker_is_back()
    {
        Broker.Answer = _ => PublishOutcome.ConnectionLost("Connection refused.");
        for (var key = 0; key < 20; key++)
        {
            await AppendAsync([.. Enumerable.Range(1, 1000).Select(i => Event($"k{key}", $"{key}:{i:0000}"))]);
            await RunAsync();
        }

        (await AttemptsAsync()).Should().Be(0);
        Broker.Answer = _ => PublishOutcome.Confirmed;
        while ((await RunAsync()).Read > 0)
        {
        }

        Broker.Bodies.Should().HaveCount(20_000);
        Broker.Bodies.GroupBy(body => body.Split(':')[0]).Should().AllSatisfy(key => key.Should().BeInAscendingOrder(StringComparer.Ordinal));
        (await PendingAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL19"), Trait("Spec", "RL26")]
    public async Task Kept_rows_are_marked_and_removed_by_retention_and_no_others()
    {
        Options.KeepSent = TimeSpan.FromDays(7);
        var pass = NewPass();
        var retention = new RetentionPass(Db.Database, TimeSpan.FromDays(7), Db.Time);
        Broker.MaxBodyBytes = 4;
        Broker.Answer = message => BodyOf(message) == "2" ? PublishOutcome.Rejected("full") : PublishOutcome.Confirmed;
        await AppendAsync([.. Of("a", 1, 1), .. Of("b", 2, 1), Event("c", "too large")]);
        await pass.RunAsync(Cancel);
        (await Db.ScalarAsync<long>("select count(*) from {outbox} where sent_at is not null")).Should().Be(1);
        (await pass.RunAsync(Cancel)).Read.Should().Be(0, "what is marked is sent");

        await retention.RunAsync(Cancel);
        (await Db.ScalarAsync<long>("select count(*) from {outbox}")).Should().Be(2);
        await Db.AgeAsync(TimeSpan.FromDays(8));
        await retention.RunAsync(Cancel);

        (await Db.ScalarAsync<long>("select count(*) from {outbox} where sent_at is not null")).Should().Be(0);
        (await PendingAsync()).Should().Be(1);
        (await ParkedAsync()).Should().Be(1);
    }

    [Fact, Trait("Spec", "RL26")]
    public async Task Rows_that_were_kept_go_too_after_a_change_to_deleting_at_once()
    {
        Options.KeepSent = TimeSpan.FromDays(7);
        await AppendAsync(Of("a", 1, 1));
        await NewPass().RunAsync(Cancel);
        await Db.AgeAsync(TimeSpan.FromDays(8));
        var retention = new RetentionPass(Db.Database, TimeSpan.Zero, Db.Time);

        Db.Time.Advance(TimeSpan.FromMinutes(2));
        await retention.RunIfDueAsync(Cancel);

        (await Db.ScalarAsync<long>("select count(*) from {outbox}")).Should().Be(0);
    }

    [Fact]
    public async Task The_monitor_counts_what_waits_and_what_was_given_up()
    {
        var monitor = new OutboxMonitor(Db.Database, Db.Time);
        (await monitor.GetStatusAsync(Cancel)).Should().Be(new OutboxStatus(0, 0, 0, null));
        Broker.MaxBodyBytes = 4;
        Broker.Answer = _ => PublishOutcome.Returned(312, "NO_ROUTE");
        await AppendAsync([.. Of("a", 1, 2), Event("c", "too large")]);
        await RunAsync();
        await Db.AgeAsync(TimeSpan.FromMinutes(5));

        var status = await monitor.GetStatusAsync(Cancel);

        status.Should().BeEquivalentTo(new { Pending = 2, Unroutable = 1, Parked = 1 });
        status.OldestAge.Should().BeCloseTo(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
    }
}
