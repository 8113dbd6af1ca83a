using System.Diagnostics;
using System.Transactions;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>The loop around the pass: it wakes, waits, carries on after failures, and stops in good order.</summary>
public abstract class RelayHostContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private OutboxRelay Start(TransactionalOutbox? outbox = null) => OutboxRelay.Start(outbox ?? Outbox, Broker, Options);

    private async Task IdleAsync(OutboxRelay relay)
    {
        _ = relay;
        await Eventually.Holds(() => Outbox.Signal.IsAwaited, "the relay waits for work");
    }

    [Safeguard("The relay is woken after the commit, and a signal that comes during a pass is kept",
        SwitchedOff = "`OutboxUnitOfWork.CommitAsync` or `WakeSignal` gives no signal")]
    [Fact]
    public async Task A_commit_in_the_process_wakes_the_relay_without_any_time_passing()
    {
        await using var relay = Start();
        await IdleAsync(relay);

        await AppendAsync(Of("a", 1, 1));

        await Eventually.Holds(() => Broker.Accepted.Count == 1, "the event is published");
    }

    [Safeguard("The poll finds commits that sent no signal", SwitchedOff = "`PollSchedule`: the next poll after a day")]
    [Fact, Trait("Spec", "OW2")]
    public async Task A_commit_without_a_wake_up_is_found_by_the_poll()
    {
        await using var relay = Start();
        await IdleAsync(relay);
        var stranger = TransactionalOutbox.Create(Db.Database, new MessageCatalog(), timeProvider: Db.Time);
        await using (var work = await stranger.BeginAsync(cancellationToken: Cancel))
        {
            work.Publish(Event("a", "1"));
            await work.CommitAsync(Cancel);
        }

        await Eventually.Holds(
            () =>
            {
                Db.Time.Advance(TimeSpan.FromSeconds(1));
                return Broker.Accepted.Count == 1;
            },
            "the event is published by the poll");
    }

    [Safeguard("The relay is woken after the commit, and a signal that comes during a pass is kept", Remark = "and 4 more")]
    [Fact]
    public async Task A_signal_that_comes_while_a_pass_runs_is_not_lost()
    {
        await using var relay = Start();
        await IdleAsync(relay);
        Broker.HoldConfirms();
        await AppendAsync(Of("a", 1, 1));
        await Eventually.Holds(() => Broker.Attempts == 1, "the first is in flight");
        await AppendAsync(Of("b", 2, 1));

        Broker.ReleaseConfirms();

        await Eventually.Holds(() => Broker.Accepted.Count == 2, "the second is published, with no time passing");
    }

    [Safeguard("A loop runs outside of the flow of who starts it", SwitchedOff = "`Detached.Run` suppresses no flow")]
    [Fact, Trait("Spec", "FO24")]
    public async Task A_relay_publishes_neither_under_the_span_nor_in_the_scope_in_which_it_was_started()
    {
        (string? Span, bool Ambient)? seen = null;
        Broker.Answer = _ =>
        {
            seen = (Activity.Current?.OperationName, Transaction.Current is not null);
            return PublishOutcome.Confirmed;
        };
        OutboxRelay relay;
        using (new Activity("request").Start())
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            relay = Start();
        }

        await using (relay)
        {
            await AppendAsync(Of("a", 1, 1));
            await Eventually.Holds(() => Broker.Accepted.Count == 1, "the event is published");
        }

        seen.Should().Be(((string?)null, false));
    }

    [Safeguard("A logger that throws does not end the relay", SwitchedOff = "`OutboxRelay` takes the logger as it is")]
    [Fact, Trait("Spec", "FO24")]
    public async Task A_relay_outlives_a_logger_that_throws()
    {
        Broker.Answer = _ => PublishOutcome.ConnectionLost("Connection refused.");
        await AppendAsync(Of("a", 1, 1));
        using var loggers = new ThrowingLoggers();
        await using var relay = OutboxRelay.Start(Outbox, Broker, Options, loggers.CreateLogger<OutboxRelay>());
        await Eventually.Holds(() => loggers.Heard > 0, "the relay says that it cannot publish");

        Broker.Answer = _ => PublishOutcome.Confirmed;

        await Eventually.Holds(
            () =>
            {
                Db.Time.Advance(TimeSpan.FromSeconds(1));
                return Broker.Accepted.Count == 1;
            },
            "the relay has gone on");
    }

    [Fact, Trait("Spec", "RL20")]
    public async Task A_graceful_stop_waits_for_confirms_marks_and_gives_back()
    {
        await AppendAsync([.. Of("a", 1, 2), .. Of("b", 3, 1)]);
        Broker.HoldConfirms();
        var relay = Start();
        await Eventually.Holds(() => Broker.Attempts == 2, "one of each key is in flight");

        var stopping = relay.StopAsync(Cancel);
        await AppendAsync(Of("c", 4, 1));
        stopping.IsCompleted.Should().BeFalse("confirms are under way");
        Broker.ReleaseConfirms();
        await Eventually.Ends(stopping, "the relay stops");

        Broker.Bodies.Should().BeEquivalentTo("1", "3");
        (await PendingAsync()).Should().Be(2, "what was confirmed is marked, what was not sent stays");
        (await Pass.RunAsync(Cancel)).Should().BeEquivalentTo(new { Owned = 32, Confirmed = 2 });
        Broker.Bodies.Should().OnlyHaveUniqueItems();
    }

    [Fact, Trait("Spec", "RL20")]
    public async Task A_stop_gives_up_at_its_deadline()
    {
        await AppendAsync(Of("a", 1, 1));
        Broker.HoldConfirms();
        var relay = Start();
        await Broker.Published;
        using var deadline = new CancellationTokenSource();

        var stopping = relay.StopAsync(deadline.Token);
        await deadline.CancelAsync();
        await Eventually.Ends(stopping, "the relay gives up");

        (await PendingAsync()).Should().Be(1);
        Broker.ReleaseConfirms();
        (await Pass.RunAsync(Cancel)).Should().BeEquivalentTo(new { Owned = 32, Confirmed = 1 }, "it has given its partitions back");
    }

    [Fact]
    public async Task Starting_and_stopping_twice_is_harmless()
    {
        await using var relay = new OutboxRelay(Outbox, Broker, Options);
        await relay.StopAsync(Cancel);

        await using var other = new OutboxRelay(Outbox, Broker, Options);
        await other.StartAsync(Cancel);
        await other.StartAsync(Cancel);
        await AppendAsync(Of("a", 1, 1));
        await Eventually.Holds(() => Broker.Accepted.Count == 1, "the event is published");
        await other.StopAsync(Cancel);
        await other.StopAsync(Cancel);
    }

    [Fact, Trait("Spec", "RL8")]
    public async Task The_relay_goes_on_by_itself_when_the_broker_is_back()
    {
        Broker.Answer = _ => PublishOutcome.ExpiredUnwritten("The broker is blocked.");
        await using var relay = Start();
        await AppendAsync(Of("a", 1, 2));
        await Eventually.Holds(() => Broker.Attempts > 0, "the relay tries");
        Broker.Answer = _ => PublishOutcome.Confirmed;

        await Eventually.Holds(
            () =>
            {
                Db.Time.Advance(TimeSpan.FromMilliseconds(100));
                return Broker.Accepted.Count == 2;
            },
            "the events are published");
        (await AttemptsAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL18")]
    public async Task The_relay_goes_on_by_itself_when_the_database_is_back()
    {
        var source = new WatchedDataSource(Db.OpenAnotherDataSource());
        await using var outbox = TransactionalOutbox.Create(new OutboxDatabase(source, Db.Database.Dialect, Db.Database.Schema), new MessageCatalog(),
            timeProvider: Db.Time);
        await AppendAsync(Of("a", 1, 1));
        var failures = 0;
        source.BeforeStatement = text =>
        {
            if (text.Contains("delete from", StringComparison.Ordinal) && failures++ == 0)
            {
                throw new IOException("The server closed the connection.");
            }
        };

        await using var relay = Start(outbox);

        await Eventually.Holds(
            async () =>
            {
                Db.Time.Advance(TimeSpan.FromMilliseconds(100));
                return await PendingAsync() == 0;
            },
            "the row is marked in the end");
        Broker.Bodies.Should().HaveCountLessThanOrEqualTo(2).And.AllBe("1");
    }

    [Fact, Trait("Spec", "RL21")]
    public async Task An_idle_relay_says_little_to_the_database()
    {
        var source = new WatchedDataSource(Db.OpenAnotherDataSource());
        await using var outbox = TransactionalOutbox.Create(new OutboxDatabase(source, Db.Database.Dialect, Db.Database.Schema), new MessageCatalog(),
            timeProvider: Db.Time);
        await using var relay = Start(outbox);
        await AdvanceAsync(outbox, TimeSpan.FromMinutes(1));
        var before = source.Statements;

        await AdvanceAsync(outbox, TimeSpan.FromMinutes(10));

        (source.Statements - before).Should().BeLessThanOrEqualTo((int)(600 * IdleStatementsPerSecond) + 2);
    }

    /// <summary>The bar for <see cref="An_idle_relay_says_little_to_the_database"/>.</summary>
    protected virtual double IdleStatementsPerSecond => 0.2;

    /// <summary>Lets time pass step by step, each time until the relay waits again.</summary>
    private async Task AdvanceAsync(TransactionalOutbox outbox, TimeSpan by)
    {
        var step = TimeSpan.FromSeconds(1);
        for (var passed = TimeSpan.Zero; passed < by; passed += step)
        {
            await Eventually.Holds(() => outbox.Signal.IsAwaited, "the relay waits");
            Db.Time.Advance(step);
        }
    }
}
