namespace TechCorp.Messaging;

// What ends a publish without the broker: its deadline, its caller, the stop.
internal sealed partial class PublishQueue
{
    private bool _givenUp; // guarded by _gate; the stop's budget is over

    /// <summary>The entry's timer fired. Too early, or for an earlier use of the entry: it is set again.</summary>
    internal void OnDeadline(PublishEntry entry)
    {
        PublishSession? stuck;
        bool wake;
        lock (_gate)
        {
            entry.ArmedUntil = 0; // nobody sets it but for the entry's use now
            if (entry.Stage is PublishStage.Idle or PublishStage.Done)
            {
                return;
            }

            if (Left(entry) is { Ticks: > 0 } left)
            {
                entry.ArmedUntil = entry.Deadline;
                entry.SetTimer(left);
                return;
            }

            wake = End(entry, Expiry(entry), null);
            stuck = StuckSession();
        }

        if (wake)
        {
            entry.Wake();
        }

        stuck?.Close("stuck");
    }

    /// <summary>The caller canceled: it returns at once; the sequence numbers of others are untouched.</summary>
    internal void Cancel(PublishEntry entry, CancellationToken cancellationToken)
    {
        PublishSession? stuck;
        bool wake;
        lock (_gate)
        {
            if (entry.Stage is PublishStage.Idle or PublishStage.Done)
            {
                return;
            }

            wake = End(entry, default, new OperationCanceledException(cancellationToken));
            stuck = StuckSession();
        }

        if (wake)
        {
            entry.Wake();
        }

        stuck?.Close("stuck");
    }

    /// <summary>Takes nothing new, waits for what is on its way until the token is canceled, then tells each caller what is known.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stopping = true;
            if (_live == 0)
            {
                _idle.TrySetResult();
            }
        }

        await _idle.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<PublishEntry> done = [];
        lock (_gate)
        {
            _givenUp = true;
            _session?.Tracker.TakeAll(done);
            _session = null;
            _abandoned = 0;
            done.RemoveAll(static entry => entry.IsAbandoned);
            done.AddRange(_queue);
            _queue.Clear();
            done.RemoveAll(entry => !FinishOutsideCall(entry, Stopped(entry)));
        }

        WakeAll(done);
    }

    /// <summary>Ends an entry from outside of its course, and leaves its place in order.</summary>
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
            _queue.Remove(entry.Node);
        }
        else
        {
            _session!.Tracker.Replace(entry.Sequence, entry.Abandon());
            _abandoned++;
        }

        var wake = FinishOutsideCall(entry, outcome);
        AssertInvariants();
        return wake;
    }

    /// <summary>The time to its deadline in whole milliseconds, as timers count; zero when it is over.</summary>
    private TimeSpan Left(PublishEntry entry)
        => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), entry.Deadline).TotalMilliseconds)));

    private static PublishOutcome Stopped(PublishEntry entry) => entry.Written
        ? PublishOutcome.ConnectionLost("the publisher stopped before the confirm came.")
        : PublishOutcome.ExpiredUnwritten("the publisher stopped before it was sent.");

    /// <summary>The session when its whole window is unconfirmed and nobody awaits any of it: only a new channel can make room.</summary>
    private PublishSession? StuckSession() => _abandoned >= Limit && _blocked is null ? _session : null;

    private PublishOutcome Expiry(PublishEntry entry)
    {
        var why = _blocked is not null ? $"the broker blocks publishing ({_blocked})."
            : _session is null ? "there is no connection to the broker."
            : entry.Stage == PublishStage.InFlight ? "no confirm came in time."
            : _session.Tracker.Count >= Limit ? $"the window of {Limit} unconfirmed publishes stayed full."
            : "the write of an earlier publish did not end.";
        return entry.Written ? PublishOutcome.ExpiredUnconfirmed(why) : PublishOutcome.ExpiredUnwritten(why);
    }
}
