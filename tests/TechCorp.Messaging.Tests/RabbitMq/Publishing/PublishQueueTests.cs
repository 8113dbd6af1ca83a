using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Turns, window, deadlines and losses without a broker.</summary>
public sealed class PublishQueueTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _timeProvider = new();
    private readonly MissingExchanges _missing = new((_, _) => Task.FromResult(false));

    [Safeguard("The limit of outstanding confirms", SwitchedOff = "`PublishState.CanWrite` does not count what is unconfirmed")]
    [Fact, Trait("Spec", "PB9")]
    public void No_more_publishes_are_unconfirmed_than_MaxOutstandingConfirms()
    {
        var queue = Queue(window: 2);
        var session = Open(queue, 1, window: 2);
        var entries = Enqueue(queue, 5);

        Write(queue).Should().Equal(entries.Take(2));
        queue.Outstanding.Should().Be(2);
        queue.Waiting.Should().Be(3);

        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        Write(queue).Should().Equal(entries[2]);
        queue.Outstanding.Should().Be(2);
    }

    [Fact, Trait("Spec", "PB13")]
    public void A_multiple_nack_fails_exactly_those()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 4);
        Write(queue);

        queue.Confirms.Confirm(session, 2, multiple: true, acknowledged: false);
        queue.Confirms.Confirm(session, 4, multiple: true, acknowledged: true);

        entries.Select(entry => entry.Outcome.Kind).Should()
            .Equal(PublishOutcomeKind.Rejected, PublishOutcomeKind.Rejected, PublishOutcomeKind.Confirmed, PublishOutcomeKind.Confirmed);
    }

    [Safeguard("A return before the ack decides the outcome", SwitchedOff = "`PublishConfirms.OutcomeOf` ignores the return code")]
    [Fact, Trait("Spec", "PB2")]
    public void A_return_before_the_ack_makes_that_publish_returned_and_no_other()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 3);
        Write(queue);

        queue.Confirms.Return(session, entries[1].Message.Id, "x", "k", 312, "NO_ROUTE");
        queue.Confirms.Confirm(session, 3, multiple: true, acknowledged: true);

        entries.Select(entry => entry.Outcome.Code).Should().Equal(0, 312, 0);
    }

    [Fact, Trait("Spec", "PB2")]
    public void One_message_to_two_places_is_returned_from_the_right_one()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 2);
        entries[1].Message = entries[0].Message;
        entries[1].RoutingKey = "other";
        Write(queue);

        queue.Confirms.Return(session, entries[0].Message.Id, "x", "other", 312, "NO_ROUTE");
        queue.Confirms.Confirm(session, 2, multiple: true, acknowledged: true);

        entries.Select(entry => entry.Outcome.Code).Should().Equal(0, 312);
    }

    [Safeguard("What a lost channel carried goes first, in its old order", SwitchedOff = "`PublishState.Requeue` adds at the end")]
    [Fact, Trait("Spec", "PB5")]
    public void What_a_lost_channel_carried_is_written_again_first_and_in_its_old_order()
    {
        var queue = Queue(window: 3);
        var session = Open(queue, 1, window: 3);
        var entries = Enqueue(queue, 5);
        Write(queue);

        queue.Sessions.Lose(session, "gone", null).Should().Be(3);
        Open(queue, 2, window: 3);
        var written = Write(queue);

        written.Should().Equal(entries.Take(3));
        written.Select(entry => entry.Sequence).Should().Equal(1, 2, 3);
    }

    [Fact, Trait("Spec", "PB5")]
    public void A_confirm_of_an_older_channel_changes_nothing()
    {
        var queue = Queue();
        var old = Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        Write(queue);
        queue.Sessions.Lose(old, "gone", null);
        Open(queue, 2);
        Write(queue);

        queue.Confirms.Confirm(old, 1, multiple: false, acknowledged: true);

        entry.Stage.Should().Be(PublishStage.InFlight);
    }

    [Fact, Trait("Spec", "PB5")]
    public void Losing_the_connection_ends_them_at_once_when_the_options_say_so()
    {
        var queue = new PublishQueue(4, ConnectionLossBehavior.Fail, _missing, _timeProvider);
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 2);
        Write(queue);

        queue.Sessions.Lose(session, "gone", null);

        entries.Should().OnlyContain(entry => entry.Outcome.Kind == PublishOutcomeKind.ConnectionLost && entry.Outcome.MayHaveBeenDelivered);
    }

    [Fact, Trait("Spec", "PB5")]
    public void What_was_sent_twice_may_have_been_delivered_although_the_second_was_returned()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        Write(queue);
        queue.Sessions.Lose(session, "gone", null);
        session = Open(queue, 2);
        Write(queue);

        queue.Confirms.Return(session, entry.Message.Id, "x", "k", 312, "NO_ROUTE");
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);

        entry.Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, MayHaveBeenDelivered = true });
    }

    [Fact, Trait("Spec", "PB4")]
    public void A_publish_expires_at_its_deadline_and_a_late_ack_harms_nothing()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 2);
        Write(queue);

        _timeProvider.Advance(Timeout);
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        queue.Confirms.Confirm(session, 2, multiple: false, acknowledged: true);

        entries[0].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = true });
        entries[1].Outcome.IsConfirmed.Should().BeTrue();
        queue.Outstanding.Should().Be(0);
    }

    [Fact, Trait("Spec", "PB4")]
    public void A_timer_of_an_earlier_use_does_not_expire_a_publish()
    {
        var queue = Queue();
        Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        Write(queue);

        _timeProvider.Advance(Timeout - TimeSpan.FromTicks(1));
        queue.Endings.OnDeadline(entry);

        entry.Stage.Should().Be(PublishStage.InFlight);
    }

    [Fact, Trait("Spec", "PB6")]
    public void A_cancelled_publish_leaves_the_sequence_of_the_others_alone()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 3);
        Write(queue);

        queue.Endings.Cancel(entries[1], new CancellationToken(canceled: true));
        queue.Confirms.Confirm(session, 3, multiple: false, acknowledged: false);
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        queue.Confirms.Confirm(session, 2, multiple: false, acknowledged: true);

        entries[1].Fault.Should().BeOfType<OperationCanceledException>();
        entries[0].Outcome.IsConfirmed.Should().BeTrue();
        entries[2].Outcome.Kind.Should().Be(PublishOutcomeKind.Rejected);
    }

    [Safeguard("No publish ends while the client reads its body", SwitchedOff = "`PublishState.FinishOutsideCall` ends every publish at once")]
    [Fact, Trait("Spec", "PB12"), Trait("Spec", "PB6")]
    public void A_caller_that_cancels_while_the_client_reads_its_body_is_answered_after_the_client_has_read_it()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 2);
        queue.TakeNext(out _).Should().Be(entries[0]);

        queue.Endings.Cancel(entries[0], new CancellationToken(canceled: true));
        entries[0].HasAnswer.Should().BeFalse();
        queue.TakeNext(out _).Should().Be(entries[1]);

        entries[0].HasAnswer.Should().BeTrue();
        entries[0].Fault.Should().BeOfType<OperationCanceledException>();
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        queue.Outstanding.Should().Be(1);
    }

    [Safeguard("No publish ends while the client reads its body")]
    [Fact, Trait("Spec", "PB14"), Trait("Spec", "PB12")]
    public async Task A_stop_that_does_not_wait_also_answers_only_after_the_client_has_read_the_body()
    {
        var queue = Queue();
        Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        queue.TakeNext(out _);

        await queue.Endings.StopAsync(new CancellationToken(canceled: true));
        entry.HasAnswer.Should().BeFalse();
        Write(queue).Should().BeEmpty();

        entry.Outcome.Kind.Should().Be(PublishOutcomeKind.ConnectionLost);
        entry.HasAnswer.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB5"), Trait("Spec", "PB12")]
    public void A_publish_lost_while_the_client_reads_its_body_is_written_again_after_the_client_has_read_it()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        queue.TakeNext(out _);

        queue.Sessions.Lose(session, "gone", null).Should().Be(1);
        Write(queue).Should().BeEmpty();
        Open(queue, 2);

        Write(queue).Should().Equal(entry);
        entry.Resent.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB4")]
    public void A_confirm_may_be_faster_than_the_return_of_the_call()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        queue.TakeNext(out _);

        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        entry.HasAnswer.Should().BeTrue();
        Write(queue).Should().BeEmpty();

        entry.Outcome.IsConfirmed.Should().BeTrue();
    }

    [Safeguard("Nothing is written while a write stalls", SwitchedOff = "`PublishState.CanWrite` ignores `Stalled`")]
    [Fact, Trait("Spec", "PB9")]
    public void Nothing_is_written_while_a_write_stalls()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 2);
        queue.TakeNext(out _);

        queue.Stall(session);
        Write(queue).Should().BeEmpty();
        queue.Unstall(session);

        Write(queue).Should().Equal(entries[1]);
    }

    [Safeguard("A stall on a lost channel starts the next one's writer", SwitchedOff = "`PublishQueue.Stall` starts no writer")]
    [Fact, Trait("Spec", "PB5")]
    public async Task A_channel_that_opens_before_the_write_of_the_lost_one_has_stalled_gets_a_writer()
    {
        var queue = Queue();
        var started = new StartedWriter();
        queue.Writer = started;
        var session = Open(queue, 1);
        var entry = Enqueue(queue, 1)[0];
        queue.TakeNext(out _);

        queue.Sessions.Lose(session, "closed", null);
        Open(queue, 2);
        queue.Stall(session);

        await Eventually.Ends(started.Task, "somebody writes to the new channel");
        Write(queue).Should().Equal(entry);
    }

    [Fact, Trait("Spec", "PB9")]
    public void One_writes_for_all_and_the_next_who_comes_after_it_has_ended_writes_again()
    {
        var queue = Queue();
        Open(queue, 1);
        queue.Enqueue(Entry(queue, Timeout)).Should().BeTrue();
        queue.Enqueue(Entry(queue, Timeout)).Should().BeFalse("somebody writes already");

        Write(queue).Should().HaveCount(2);

        queue.Enqueue(Entry(queue, Timeout)).Should().BeTrue();
    }

    [Safeguard("A missing exchange is not tried again", SwitchedOff = "`PublishQueue.Refusal` ignores the missing exchanges")]
    [Fact, Trait("Spec", "PB7")]
    public void Only_the_publishes_to_the_missing_exchange_fail_and_those_that_wait_for_it_never_reach_a_channel()
    {
        var queue = Queue(window: 2);
        var session = Open(queue, 1, window: 2);
        var entries = Enqueue(queue, 3);
        entries[0].Exchange = entries[2].Exchange = "missing";
        Write(queue);

        var closeReason = ChannelCloseReason.Parse(404, "NOT_FOUND - no exchange 'missing' in vhost '/'")!;
        _missing.Add(closeReason.Exchange);
        queue.Sessions.Lose(session, closeReason.Text, closeReason);
        Open(queue, 2, window: 2);
        Write(queue).Should().Equal(entries[1]);

        entries[0].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, Code = 404 });
        entries[1].Stage.Should().Be(PublishStage.InFlight);
        entries[2].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, Code = 404, MayHaveBeenDelivered = false });
    }

    [Safeguard("Of several publishes to a deleted exchange, only the last was certainly not delivered", SwitchedOff = "`PublishSessions.Lose` says it of all")]
    [Fact, Trait("Spec", "PB7")]
    public void Of_several_to_an_exchange_that_went_only_the_last_was_surely_not_delivered()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 3);
        Write(queue);

        queue.Sessions.Lose(session, "closed", ChannelCloseReason.Parse(404, "NOT_FOUND - no exchange 'x' in vhost '/'"));

        entries.Select(entry => entry.Outcome.Kind).Should().AllBeEquivalentTo(PublishOutcomeKind.Returned);
        entries.Select(entry => entry.Outcome.MayHaveBeenDelivered).Should().Equal(true, true, false);
    }

    [Safeguard("Publishes whose caller has canceled count among those to a deleted exchange",
        SwitchedOff = "the last one is determined after they have been removed")]
    [Fact, Trait("Spec", "PB7")]
    public void When_the_last_to_an_exchange_that_went_has_no_caller_any_more_nothing_is_sure_of_the_others()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 2);
        Write(queue);
        queue.Endings.Cancel(entries[1], new CancellationToken(canceled: true));

        queue.Sessions.Lose(session, "closed", ChannelCloseReason.Parse(404, "NOT_FOUND - no exchange 'x' in vhost '/'"));

        entries[0].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, MayHaveBeenDelivered = true });
    }

    [Safeguard("After such a close, unconfirmed publishes are written one at a time",
        SwitchedOff = "`PublishState.Limit` is always the full limit, or the publish that was alone is written again")]
    [Safeguard("Writing one at a time ends once the publish is found", SwitchedOff = "`PublishConfirms.Confirm` does not count down")]
    [Fact, Trait("Spec", "PB7")]
    public void When_the_close_reason_names_no_publish_those_in_flight_are_written_one_at_a_time_until_it_is_found()
    {
        var queue = Queue();
        var closeReason = ChannelCloseReason.Parse(406, "PRECONDITION_FAILED - message size 3000 is larger than configured max size 2000");
        var session = Open(queue, 1);
        var entries = Enqueue(queue, 3);
        Write(queue);

        queue.Sessions.Lose(session, "closed", closeReason);
        session = Open(queue, 2);
        Write(queue).Should().Equal(entries[0]);
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        Write(queue).Should().Equal(entries[1]);
        queue.Sessions.Lose(session, "closed", closeReason);
        session = Open(queue, 3);
        Write(queue).Should().Equal(entries[2]);

        entries[1].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Rejected, Code = 406 });
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        var later = Enqueue(queue, 3);
        Write(queue).Should().Equal(later, "all are trusted again");
    }

    [Safeguard("Nothing is written while the broker blocks", SwitchedOff = "`PublishState.CanWrite` ignores the block")]
    [Fact, Trait("Spec", "PB8")]
    public void Blocked_publishes_wait_and_say_so_when_they_expire()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        queue.Sessions.SetBlocked(session, "low on memory");
        var entries = Enqueue(queue, 2);
        Write(queue).Should().BeEmpty();

        _timeProvider.Advance(Timeout);
        queue.Sessions.SetBlocked(session, null);

        entries[0].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
        entries[0].Outcome.Reason.Should().Contain("blocks").And.Contain("low on memory");
        Write(queue).Should().Equal(entries[1]);
    }

    [Fact, Trait("Spec", "PB9")]
    public void A_channel_full_of_abandoned_publishes_is_replaced()
    {
        var queue = Queue(window: 2);
        var session = Open(queue, 1, window: 2);
        var entries = Enqueue(queue, 2);
        Write(queue);

        _timeProvider.Advance(Timeout);
        session.Closed.IsCompleted.Should().BeFalse();
        _timeProvider.Advance(TimeSpan.FromSeconds(1));

        session.Closed.IsCompleted.Should().BeTrue();
    }

    [Safeguard("A channel that only refuses is replaced (without a broker)", SwitchedOff = "`NackStreak.RefusesForLong` takes a refusal for an ack")]
    [Theory, Trait("Spec", "TP7")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_channel_that_only_refuses_for_a_second_is_replaced_and_one_that_acknowledged_between_is_not(bool acknowledgesBetween)
    {
        var queue = Queue();
        var session = Open(queue, 1);
        Enqueue(queue, 3);
        Write(queue);

        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: false);
        queue.Confirms.Confirm(session, 2, multiple: false, acknowledged: acknowledgesBetween);
        session.Closed.IsCompleted.Should().BeFalse();
        _timeProvider.Advance(TimeSpan.FromSeconds(1));
        queue.Confirms.Confirm(session, 3, multiple: false, acknowledged: false);

        session.Closed.IsCompleted.Should().Be(!acknowledgesBetween);
    }

    [Safeguard("Refusals far apart are not one refusal", SwitchedOff = "the time between them is ignored")]
    [Fact, Trait("Spec", "PB3")]
    public void Two_refusals_far_apart_are_not_one_long_refusal()
    {
        var queue = Queue();
        var session = Open(queue, 1);
        Enqueue(queue, 2);
        Write(queue);

        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: false);
        _timeProvider.Advance(TimeSpan.FromSeconds(33));
        queue.Confirms.Confirm(session, 2, multiple: false, acknowledged: false);

        session.Closed.IsCompleted.Should().BeFalse();
    }

    [Safeguard("A queue that stays full has its channels replaced at growing intervals", SwitchedOff = "its time is not doubled")]
    [Fact, Trait("Spec", "PB3")]
    public void For_a_queue_that_stays_full_channels_are_replaced_ever_more_rarely()
    {
        var queue = Queue();
        Enqueue(queue, 40);
        List<int> lives = [];
        for (var generation = 1; generation <= 4; generation++)
        {
            var session = Open(queue, generation);
            var sequence = 0UL;
            for (var seconds = 0; !session.Closed.IsCompleted && seconds < 100; seconds++)
            {
                Write(queue);
                queue.Confirms.Confirm(session, ++sequence, multiple: false, acknowledged: false);
                _timeProvider.Advance(TimeSpan.FromSeconds(session.Closed.IsCompleted ? 0 : 1));
                lives = [.. lives.Take(generation - 1), seconds];
            }

            queue.Sessions.Lose(session, "stuck", null);
        }

        lives.Should().Equal(1, 2, 4, 8);
    }

    [Fact, Trait("Spec", "PB14")]
    public async Task Stopping_waits_for_confirms_and_then_answers_each_caller()
    {
        var queue = Queue(window: 2);
        var session = Open(queue, 1, window: 2);
        var entries = Enqueue(queue, 3);
        Write(queue);
        using var budget = new CancellationTokenSource();

        var stop = queue.Endings.StopAsync(budget.Token);
        queue.Confirms.Confirm(session, 1, multiple: false, acknowledged: true);
        Write(queue);
        stop.IsCompleted.Should().BeFalse();
        queue.Sessions.SetBlocked(session, "blocked");
        var late = Enqueue(queue, 1)[0];
        await budget.CancelAsync();
        await Eventually.Ends(stop, "the queue stops");

        entries[0].Outcome.IsConfirmed.Should().BeTrue();
        entries[1].Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.ConnectionLost, MayHaveBeenDelivered = true });
        late.Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
    }

    private PublishQueue Queue(int window = 16) => new(window, ConnectionLossBehavior.Resend, _missing, _timeProvider);

    private static PublishSession Open(PublishQueue queue, long generation, int window = 16)
    {
        var session = new PublishSession(generation, null, window);
        queue.Sessions.Open(session, null);
        return session;
    }

    /// <summary>Publishes that enter at once, each with a second more than the one before.</summary>
    private List<PublishEntry> Enqueue(PublishQueue queue, int count) => [.. Enumerable.Range(0, count).Select(number =>
    {
        var entry = Entry(queue, Timeout + TimeSpan.FromSeconds(number));
        queue.Enqueue(entry);
        return entry;
    })];

    private PublishEntry Entry(PublishQueue queue, TimeSpan timeout) => new(queue.Endings, _timeProvider)
    {
        Message = TextMessage.Of("x"),
        Exchange = "x",
        RoutingKey = "k",
        Deadline = _timeProvider.GetTimestamp() + (long)(timeout.TotalSeconds * _timeProvider.TimestampFrequency),
    };

    private sealed class StartedWriter : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Task => _started.Task;

        void IThreadPoolWorkItem.Execute() => _started.TrySetResult();
    }

    /// <summary>The writer's part: all that may be written now, in order.</summary>
    private static List<PublishEntry> Write(PublishQueue queue)
    {
        List<PublishEntry> written = [];
        while (queue.TakeNext(out _) is { } entry)
        {
            written.Add(entry);
        }

        return written;
    }
}
