namespace TechCorp.Messaging;

/// <summary>What the broker says about single publishes: acks, nacks and returns.</summary>
internal sealed class PublishConfirms(PublishState state, TimeProvider timeProvider)
{
    private readonly NackStreak _nacks = new(timeProvider); // guarded by the state's lock

    /// <summary>The broker's ack or nack. An unknown number, or one of an older channel, changes nothing.</summary>
    internal void Confirm(PublishSession session, ulong sequence, bool multiple, bool acknowledged)
    {
        bool start, refuses;
        var confirmed = session.Confirmed;
        lock (state.Gate)
        {
            if (session != state.Session)
            {
                return;
            }

            refuses = _nacks.RefusesForLong(session, acknowledged);
            Take(session, sequence, multiple, confirmed);
            foreach (var entry in confirmed)
            {
                if (entry.IsAbandoned)
                {
                    state.Abandoned--;
                }
                else
                {
                    state.Finish(entry, OutcomeOf(entry, acknowledged));
                }
            }

            state.OneAtATime = Math.Max(0, state.OneAtATime - confirmed.Count);
            start = state.NeedsWriter();
            state.AssertInvariants();
        }

        state.StartWriter(start);
        PublishEntry.WakeAll(confirmed);
        if (refuses)
        {
            session.CloseAsStuck();
        }
    }

    /// <summary>A return comes before the confirm of the same publish and carries no sequence number: the oldest publish that matches is
    /// meant, also one whose caller has gone.</summary>
    internal void Return(PublishSession session, string? messageId, string exchange, string routingKey, int code, string text)
    {
        lock (state.Gate)
        {
            if (session == state.Session
                && session.Tracker.Find((messageId, exchange, routingKey), static (entry, wanted) => IsUnreturned(entry, wanted)) is { } entry)
            {
                entry.ReturnCode = code;
                entry.ReturnText = text;
            }
        }
    }

    private static void Take(PublishSession session, ulong sequence, bool multiple, List<PublishEntry> confirmed)
    {
        if (multiple)
        {
            session.Tracker.TakeUpTo(sequence, confirmed);
        }
        else if (session.Tracker.TryTake(sequence) is { } one)
        {
            confirmed.Add(one);
        }
    }

    private static bool IsUnreturned(PublishEntry entry, (string? Id, string Exchange, string RoutingKey) wanted)
        => entry.ReturnCode == 0 && entry.Id == wanted.Id && entry.RoutingKey == wanted.RoutingKey && entry.Exchange == wanted.Exchange;

    private static PublishOutcome OutcomeOf(PublishEntry entry, bool acknowledged)
        => !acknowledged ? PublishOutcome.Rejected("the broker refused the message; a queue may be full.")
            : entry.ReturnCode != 0 && !entry.AcceptUnroutable ? PublishOutcome.Returned(entry.ReturnCode, entry.ReturnText)
            : PublishOutcome.Confirmed;
}
