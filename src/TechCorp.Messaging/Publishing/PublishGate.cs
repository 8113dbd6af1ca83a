using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>
/// Decides whose turn it is to write, and what each publish ended as: the queue, the window, the channel and its unconfirmed publishes under one lock.
/// </summary>
/// <remarks>
/// A publish waits in the queue, is granted the turn, writes, is in flight until its confirm, and is done. One turn at a time, in the order of
/// tickets: so sequence numbers follow the order on the wire, and what a lost channel carried is written again first and in its old order.
/// Each publish is written by its own caller, never by another thread: a caller that has returned is not reading its body any more.
/// </remarks>
internal sealed partial class PublishGate(int window, WhenConnectionLost whenLost, MissingExchanges missing, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<PublishEntry> _queue = []; // guarded by _gate; ordered by ticket
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PublishSession? _session; // guarded by _gate
    private bool _turnTaken; // guarded by _gate
    private string? _blocked; // guarded by _gate
    private bool _stopping; // guarded by _gate
    private long _tickets; // guarded by _gate
    private int _live; // guarded by _gate; entered and not done
    private int _abandoned; // guarded by _gate; unconfirmed in the session, awaited by nobody

    internal int Window => window;

    internal RefusedExchanges Refused { get; } = new(time);

    /// <summary>How many are unconfirmed; never more than the window.</summary>
    internal int Outstanding
    {
        get
        {
            lock (_gate)
            {
                return _session?.Tracker.Count ?? 0;
            }
        }
    }

    /// <summary>How many wait for their turn.</summary>
    internal int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>A publish begins: its turn comes at once, or it waits to be woken.</summary>
    /// <returns>Whether to resume without waiting.</returns>
    internal bool Enter(PublishEntry entry)
    {
        lock (_gate)
        {
            entry.Ticket = ++_tickets;
            _live++;
            if (_stopping)
            {
                Finish(entry, PublishOutcome.ExpiredUnwritten("the publisher is stopping; it was not sent."));
                return true;
            }

            if (_queue.Count == 0 && CanGrant)
            {
                Grant(entry);
                return true;
            }

            entry.Stage = PublishStage.Waiting;
            _queue.AddLast(entry.Node);
            AssertInvariants();
            return false;
        }
    }

    /// <summary>The caller has been woken, or entered with its turn: what it does now. To write, it gets its sequence number and the session.</summary>
    internal PublishStep Resume(PublishEntry entry, out PublishSession? session)
    {
        PublishEntry? next = null;
        var step = PublishStep.Done;
        lock (_gate)
        {
            session = null;
            if (entry.Stage == PublishStage.Granted)
            {
                (step, next) = Advance(entry);
                session = step == PublishStep.Write ? _session : null;
            }

            AssertInvariants();
        }

        next?.Wake();
        return step;
    }

    /// <summary>The write that had the turn is over; the next may write.</summary>
    internal void EndWrite(PublishSession session)
    {
        PublishEntry? next = null;
        lock (_gate)
        {
            if (session == _session)
            {
                _turnTaken = false;
                next = GrantNext();
            }
        }

        next?.Wake();
    }

    /// <summary>The client refused the message before it reached the wire: the broker will not count it, and only its caller fails.</summary>
    internal void Undo(PublishSession session, ulong sequence, Exception fault)
    {
        PublishEntry? entry = null;
        lock (_gate)
        {
            if (session == _session)
            {
                entry = session.Tracker.Undo(sequence);
                if (entry == PublishEntry.Abandoned)
                {
                    _abandoned--;
                    entry = null;
                }
                else if (entry is not null)
                {
                    entry.Fault = fault;
                    Finish(entry, default);
                }
            }
        }

        entry?.Wake();
    }

    private (PublishStep Step, PublishEntry? Next) Advance(PublishEntry entry)
    {
        var stale = _session is null || entry.Generation != _session.Generation;
        PublishOutcome? end = _givenUp ? Stopped(entry) : missing.Contains(entry.Exchange) ? ChannelOffence.Missing(entry.Exchange) : Refused.Refusal(entry.Exchange);
        if (end is { } outcome)
        {
            _turnTaken &= stale;
            Finish(entry, outcome);
            return (PublishStep.Done, GrantNext());
        }

        entry.ResetWake();
        if (stale)
        {
            Requeue(entry); // the channel went between the grant and now
            return (PublishStep.Wait, GrantNext());
        }

        entry.Stage = PublishStage.InFlight;
        entry.Written = true;
        entry.Sequence = _session!.Tracker.Add(entry);
        return (PublishStep.Write, null);
    }

    private bool CanGrant => _session is { } session && !_turnTaken && _blocked is null && session.Tracker.Count < window;

    private PublishEntry? GrantNext()
    {
        if (!CanGrant || _queue.First is not { } first)
        {
            return null;
        }

        _queue.RemoveFirst();
        Grant(first.Value);
        return first.Value;
    }

    private void Grant(PublishEntry entry)
    {
        entry.Stage = PublishStage.Granted;
        entry.Generation = _session!.Generation;
        _turnTaken = true;
    }

    /// <summary>Back into the queue, before everything younger.</summary>
    private void Requeue(PublishEntry entry)
    {
        entry.Stage = PublishStage.Waiting;
        var node = _queue.First;
        while (node is not null && node.Value.Ticket < entry.Ticket)
        {
            node = node.Next;
        }

        if (node is null)
        {
            _queue.AddLast(entry.Node);
        }
        else
        {
            _queue.AddBefore(node, entry.Node);
        }
    }

    private void Finish(PublishEntry entry, PublishOutcome outcome)
    {
        entry.Stage = PublishStage.Done;
        entry.Outcome = entry.Resent ? outcome with { MayHaveBeenDelivered = true } : outcome;
        _live--;
        if (_live == 0 && _stopping)
        {
            _idle.TrySetResult();
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "Invariants hold only under the gate.");
        Debug.Assert(_session is null || _session.Tracker.Count <= window, "More publishes are unconfirmed than the window allows.");
        Debug.Assert(_live >= _queue.Count, "Whoever waits is not done.");
        Debug.Assert(_abandoned <= (_session?.Tracker.Count ?? 0), "An abandoned publish is unconfirmed.");
    }
}
