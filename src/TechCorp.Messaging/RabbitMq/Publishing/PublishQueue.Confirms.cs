namespace TechCorp.Messaging;

// What the broker says: confirms, returns, a new channel, a lost one, blocked and unblocked.
internal sealed partial class PublishQueue
{
    private const int MostDoublings = 5; // 32 s
    private static readonly TimeSpan LongRefusal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SameRefusal = LongRefusal * (1 << MostDoublings); // refusals further apart have nothing to do with each other
    private int _refusedChannels; // guarded by _gate; in a row, none of which acknowledged anything

    /// <summary>A channel is open: what waits is written to it.</summary>
    internal void Open(PublishSession session, string? blocked)
    {
        bool start;
        lock (_gate)
        {
            _session = session;
            _abandoned = 0;
            _blocked = blocked;
            start = NeedsWriter();
        }

        StartWriter(start);
    }

    /// <summary>The broker takes no publishes (with its reason), or takes them again (null).</summary>
    internal void SetBlocked(PublishSession session, string? reason)
    {
        var start = false;
        lock (_gate)
        {
            if (session == _session)
            {
                _blocked = reason;
                start = NeedsWriter();
            }
        }

        StartWriter(start);
    }

    /// <summary>The broker's ack or nack. An unknown number, or one of an older channel, changes nothing.</summary>
    internal void Confirm(PublishSession session, ulong sequence, bool multiple, bool acknowledged)
    {
        bool start, refuses;
        var confirmed = session.Confirmed;
        lock (_gate)
        {
            if (session != _session)
            {
                return;
            }

            refuses = RefusesForLong(session, acknowledged);
            if (multiple)
            {
                session.Tracker.TakeUpTo(sequence, confirmed);
            }
            else if (session.Tracker.TryTake(sequence) is { } one)
            {
                confirmed.Add(one);
            }

            foreach (var entry in confirmed)
            {
                if (entry.IsAbandoned)
                {
                    _abandoned--;
                }
                else
                {
                    Finish(entry, OutcomeOf(entry, acknowledged));
                }
            }

            _suspects = Math.Max(0, _suspects - confirmed.Count);
            start = NeedsWriter();
            AssertInvariants();
        }

        StartWriter(start);
        WakeAll(confirmed);
        if (refuses)
        {
            session.Close("stuck");
        }
    }

    /// <summary>
    /// Whether nothing but refusals came for a while. A channel that first publishes to a quorum queue while the queue has no leader is refused for ever by
    /// RabbitMQ 3.10, also when there is a leader again; another channel is not. For a queue that is really full a new channel changes nothing, so each
    /// that is refused like the one before it lives twice as long.
    /// </summary>
    private bool RefusesForLong(PublishSession session, bool acknowledged)
    {
        if (acknowledged)
        {
            session.RefusesSince = null;
            _refusedChannels = 0;
            return false;
        }

        var now = timeProvider.GetTimestamp();
        if (session.RefusesSince is null || timeProvider.GetElapsedTime(session.RefusedLast, now) > SameRefusal)
        {
            session.RefusesSince = now;
        }

        session.RefusedLast = now;
        var since = session.RefusesSince.Value;
        if (timeProvider.GetElapsedTime(since, now) < LongRefusal * (1 << _refusedChannels))
        {
            return false;
        }

        _refusedChannels = Math.Min(_refusedChannels + 1, MostDoublings);
        session.RefusesSince = now;
        return true;
    }

    /// <summary>A return: it comes before the confirm of the same publish, and carries no sequence number, so the oldest that looks like it is meant; also one whose caller has gone.</summary>
    internal void Return(PublishSession session, string? messageId, string exchange, string routingKey, int code, string text)
    {
        lock (_gate)
        {
            if (session == _session && session.Tracker.Find((messageId, exchange, routingKey), static (entry, wanted) => IsUnreturned(entry, wanted)) is { } entry)
            {
                entry.ReturnCode = code;
                entry.ReturnText = text;
            }
        }
    }

    /// <summary>The offence with the whole name of its exchange, where the broker's words had no room for it; call it before <see cref="Lost"/>.</summary>
    internal ChannelCloseReason? Whole(PublishSession session, ChannelCloseReason? offence)
    {
        if (offence is not { IsCut: true })
        {
            return offence;
        }

        lock (_gate)
        {
            return session.Tracker.Find(offence, static (entry, cut) => cut.IsBy(entry.Exchange, entry.RoutingKey)) is { } entry ? offence.By(entry.Exchange) : null;
        }
    }

    /// <summary>The channel is gone. The offenders fail; the others are written again, or end as lost, as the options say.</summary>
    /// <returns>How many were in flight; -1 when it was known already.</returns>
    internal int Lost(PublishSession session, string reason, ChannelCloseReason? offence)
    {
        List<PublishEntry> done = [];
        List<PublishEntry> inFlight = [];
        lock (_gate)
        {
            if (session != _session)
            {
                return -1;
            }

            _session = null;
            _abandoned = 0;
            _blocked = null;
            session.Tracker.TakeAll(inFlight);
            var last = offence is null ? null : inFlight.FindLast(entry => offence.IsBy(entry.Exchange, entry.RoutingKey));
            var alone = offence is { IsAnonymous: true } && inFlight.Count == 1;
            _suspects = alone ? Math.Max(0, _suspects - 1) : offence is { IsAnonymous: true } ? inFlight.Count : _suspects;
            inFlight.RemoveAll(static entry => entry.IsAbandoned);
            for (var i = inFlight.Count - 1; i >= 0; i--)
            {
                var entry = inFlight[i];
                if (alone)
                {
                    End(entry, offence!.Outcome);
                }
                else if (offence is not null && offence.IsBy(entry.Exchange, entry.RoutingKey))
                {
                    End(entry, offence.Outcome with { MayHaveBeenDelivered = entry != last }); // the others may have been taken before the exchange went, and the channel with their confirms
                }
                else if (whenLost == ConnectionLossBehavior.Fail)
                {
                    End(entry, PublishOutcome.ConnectionLost($"the channel was lost before the confirm ({reason})."));
                }
                else
                {
                    entry.ReturnCode = 0;
                    entry.Resent = true;
                    Requeue(entry); // from the youngest to the oldest: each goes in near the head
                }
            }

            AssertInvariants();
        }

        WakeAll(done);
        return inFlight.Count;

        void End(PublishEntry entry, PublishOutcome outcome)
        {
            if (FinishOutsideCall(entry, outcome))
            {
                done.Add(entry);
            }
        }
    }

    private static bool IsUnreturned(PublishEntry entry, (string? Id, string Exchange, string RoutingKey) wanted)
        => entry.ReturnCode == 0 && entry.Id == wanted.Id && entry.RoutingKey == wanted.RoutingKey && entry.Exchange == wanted.Exchange;

    private static PublishOutcome OutcomeOf(PublishEntry entry, bool acknowledged)
        => !acknowledged ? PublishOutcome.Rejected("the broker refused the message; a queue may be full.")
            : entry.ReturnCode != 0 && !entry.AcceptUnroutable ? PublishOutcome.Returned(entry.ReturnCode, entry.ReturnText)
            : PublishOutcome.Confirmed;

    private static void WakeAll(List<PublishEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (!entry.IsAbandoned)
            {
                entry.Wake();
            }
        }

        entries.Clear();
    }
}
