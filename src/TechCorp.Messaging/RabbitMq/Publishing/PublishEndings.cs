namespace TechCorp.Messaging;

/// <summary>What ends a publish without the broker: its deadline, its caller's cancellation, the stop of the publisher.</summary>
internal sealed class PublishEndings(PublishState state, TimeProvider timeProvider)
{
    /// <summary>The entry's timer fired. Too early, or for an earlier use of the entry: it is set again.</summary>
    internal void OnDeadline(PublishEntry entry)
    {
        PublishSession? stuck;
        bool wake;
        lock (state.Gate)
        {
            entry.ArmedUntil = 0; // it is set only for the entry's current use
            if (entry.Stage is PublishStage.Idle or PublishStage.Done)
            {
                return;
            }

            if (TimeLeft(entry) is { Ticks: > 0 } left)
            {
                entry.ArmedUntil = entry.Deadline;
                entry.SetTimer(left);
                return;
            }

            wake = End(entry, Expiry(entry), null);
            stuck = StuckSession();
        }

        Answer(entry, wake, stuck);
    }

    /// <summary>The caller canceled: it returns at once; the sequence numbers of others are untouched.</summary>
    internal void Cancel(PublishEntry entry, CancellationToken cancellationToken)
    {
        PublishSession? stuck;
        bool wake;
        lock (state.Gate)
        {
            if (entry.Stage is PublishStage.Idle or PublishStage.Done)
            {
                return;
            }

            wake = End(entry, default, new OperationCanceledException(cancellationToken));
            stuck = StuckSession();
        }

        Answer(entry, wake, stuck);
    }

    /// <summary>Takes no further publish, waits for the confirms of the others until the token is canceled, then
    /// answers each caller with what is known.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (state.Gate)
        {
            state.BeginStop();
        }

        await state.Idle.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<PublishEntry> done = [];
        lock (state.Gate)
        {
            state.IsStopped = true;
            state.Session?.Tracker.TakeAll(done);
            state.Session = null;
            state.Abandoned = 0;
            done.RemoveAll(static entry => entry.IsAbandoned);
            done.AddRange(state.Queue);
            state.Queue.Clear();
            done.RemoveAll(entry => !state.FinishOutsideCall(entry, OutcomeAfterStop(entry)));
        }

        PublishEntry.WakeAll(done);
    }

    /// <summary>The time to its deadline in whole milliseconds, as timers count; zero when it has passed.</summary>
    internal TimeSpan TimeLeft(PublishEntry entry)
        => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), entry.Deadline).TotalMilliseconds)));

    /// <summary>How a publish ends that the stop found without a confirm.</summary>
    internal static PublishOutcome OutcomeAfterStop(PublishEntry entry) => entry.Written
        ? PublishOutcome.ConnectionLost("the publisher stopped before the confirm came.")
        : PublishOutcome.ExpiredUnwritten("the publisher stopped.");

    private static void Answer(PublishEntry entry, bool wake, PublishSession? stuck)
    {
        if (wake)
        {
            entry.Wake();
        }

        stuck?.CloseAsStuck();
    }

    /// <summary>Ends an entry before its confirm; an unconfirmed one leaves a stand-in for its sequence number.</summary>
    /// <returns>Whether it must be woken.</returns>
    private bool End(PublishEntry entry, PublishOutcome outcome, Exception? fault)
    {
        if (entry.EndsAfterCall)
        {
            return false; // it has its end already
        }

        entry.Fault = fault;
        if (entry.Stage == PublishStage.Waiting)
        {
            state.Queue.Remove(entry.Node);
        }
        else
        {
            state.Session!.Tracker.Replace(entry.Sequence, entry.Abandon());
            state.Abandoned++;
        }

        var wake = state.FinishOutsideCall(entry, outcome);
        state.AssertInvariants();
        return wake;
    }

    /// <summary>The session when all that it may have unconfirmed is awaited by no caller: only a new channel can make room.</summary>
    private PublishSession? StuckSession() => state.Abandoned >= state.Limit && state.Blocked is null ? state.Session : null;

    private PublishOutcome Expiry(PublishEntry entry)
    {
        var why = state.Blocked is not null ? $"the broker blocks publishing ({state.Blocked})."
            : state.Session is null ? "there is no connection to the broker."
            : entry.Stage == PublishStage.InFlight ? "no confirm came in time."
            : state.Session.Tracker.Count >= state.Limit ? $"{state.Limit} publishes, the most that may be unconfirmed, stayed unconfirmed."
            : "the write of an earlier publish did not end.";
        return entry.Written ? PublishOutcome.ExpiredUnconfirmed(why) : PublishOutcome.ExpiredUnwritten(why);
    }
}
