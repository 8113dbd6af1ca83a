namespace TechCorp.Messaging;

/// <summary>The life of the publishing channel: opened, blocked and unblocked, lost.</summary>
internal sealed class PublishSessions(PublishState state, ConnectionLossBehavior connectionLossBehavior)
{
    /// <summary>A channel is open: what waits is written to it.</summary>
    internal void Open(PublishSession session, string? blocked)
    {
        bool start;
        lock (state.Gate)
        {
            state.Session = session;
            state.Abandoned = 0;
            state.Blocked = blocked;
            start = state.NeedsWriter();
        }

        state.StartWriter(start);
    }

    /// <summary>The broker takes no publishes (with its reason), or takes them again (null).</summary>
    internal void SetBlocked(PublishSession session, string? reason)
    {
        var start = false;
        lock (state.Gate)
        {
            if (session == state.Session)
            {
                state.Blocked = reason;
                start = state.NeedsWriter();
            }
        }

        state.StartWriter(start);
    }

    /// <summary>The close reason with the whole name of its exchange, where the broker's text had no room for it; call it before <see cref="Lose"/>.</summary>
    internal ChannelCloseReason? WithWholeName(PublishSession session, ChannelCloseReason? closeReason)
    {
        if (closeReason is not { IsCut: true })
        {
            return closeReason;
        }

        lock (state.Gate)
        {
            return session.Tracker.Find(closeReason, static (entry, cut) => cut.Concerns(entry)) is { } entry ? closeReason.WithExchange(entry.Exchange) : null;
        }
    }

    /// <summary>The channel is gone. The publishes that it was closed for fail; the others are written again, or end as lost, as the options say.</summary>
    /// <returns>How many were in flight; -1 when the loss was known already.</returns>
    internal int Lose(PublishSession session, string reason, ChannelCloseReason? closeReason)
    {
        List<PublishEntry> done = [];
        List<PublishEntry> inFlight = [];
        lock (state.Gate)
        {
            if (session != state.Session)
            {
                return -1;
            }

            state.Session = null;
            state.Abandoned = 0;
            state.Blocked = null;
            session.Tracker.TakeAll(inFlight);
            EndOrRequeue(inFlight, reason, closeReason, done);
            state.AssertInvariants();
        }

        PublishEntry.WakeAll(done);
        return inFlight.Count;
    }

    private void EndOrRequeue(List<PublishEntry> inFlight, string reason, ChannelCloseReason? closeReason, List<PublishEntry> done)
    {
        var last = closeReason is null ? null : inFlight.FindLast(closeReason.Concerns);
        var alone = closeReason is { IsAnonymous: true } && inFlight.Count == 1;
        state.OneAtATime = alone ? Math.Max(0, state.OneAtATime - 1) : closeReason is { IsAnonymous: true } ? inFlight.Count : state.OneAtATime;
        inFlight.RemoveAll(static entry => entry.IsAbandoned);
        for (var i = inFlight.Count - 1; i >= 0; i--)
        {
            var entry = inFlight[i];
            if (EndingOf(entry, last, alone, reason, closeReason) is not { } outcome)
            {
                entry.ReturnCode = 0;
                entry.Resent = true;
                state.Requeue(entry); // from the youngest to the oldest: each goes in near the head
            }
            else if (state.FinishOutsideCall(entry, outcome))
            {
                done.Add(entry);
            }
        }
    }

    /// <returns>How a publish of the lost channel ends; null when it is written again.</returns>
    private PublishOutcome? EndingOf(PublishEntry entry, PublishEntry? last, bool alone, string reason, ChannelCloseReason? closeReason)
        => alone ? closeReason!.Outcome
            // earlier ones may have been taken before the exchange went, and the channel with their confirms
            : closeReason is not null && closeReason.Concerns(entry) ? closeReason.Outcome with { MayHaveBeenDelivered = entry != last }
            : connectionLossBehavior == ConnectionLossBehavior.Fail ? PublishOutcome.ConnectionLost($"the channel was lost before the confirm ({reason}).")
            : null;
}
