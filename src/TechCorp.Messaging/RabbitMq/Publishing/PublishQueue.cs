using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>
/// Decides what is written next, and what each publish ended as: the queue, the window, the channel and its unconfirmed publishes under one lock.
/// </summary>
/// <remarks>
/// A publish waits in the queue, is taken by whoever writes, is in flight until its confirm, and is done. One writes at a time, for all, in the
/// order of tickets: so sequence numbers follow the order on the wire, and what a lost channel carried is written again first and in its old order.
/// The client reads a body only until its publish call returns. A publish that is canceled or expires during its own call ends when that call has
/// returned, so a caller that has its answer may do with its body what it likes.
/// </remarks>
internal sealed partial class PublishQueue(int window, ConnectionLossBehavior whenLost, MissingExchanges missing, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<PublishEntry> _queue = []; // guarded by _gate; ordered by ticket
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PublishSession? _session; // guarded by _gate
    private bool _hasWriter; // guarded by _gate; somebody takes what is next and writes it, or is about to
    private PublishEntry? _writing; // guarded by _gate; the client's publish call runs for it
    private int _suspects; // guarded by _gate; this many confirms from now publishes are written one at a time, as one of them closes its channel
    private string? _blocked; // guarded by _gate
    private bool _stopping; // guarded by _gate
    private long _tickets; // guarded by _gate
    private int _live; // guarded by _gate; entered and not done
    private int _abandoned; // guarded by _gate; unconfirmed in the session, awaited by nobody

    internal int Window => window;

    /// <summary>Takes what is next and writes it, when nobody does; null in tests of the gate, which do it themselves.</summary>
    internal IThreadPoolWorkItem? Writer { get; set; }

    internal RefusedExchanges Refused { get; } = new(timeProvider);

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

    /// <summary>A publish begins: it waits for its turn, or it is over at once.</summary>
    /// <returns>Whether nobody writes: then the caller must.</returns>
    internal bool Enter(PublishEntry entry)
    {
        bool writes, setsTimer;
        lock (_gate)
        {
            entry.Ticket = ++_tickets;
            _live++;
            if (_stopping)
            {
                Finish(entry, PublishOutcome.ExpiredUnwritten("the publisher is stopping; it was not sent."));
                entry.Wake(); // its caller does not wait yet: nobody runs here
                return false;
            }

            entry.Stage = PublishStage.Waiting;
            _queue.AddLast(entry.Node);
            writes = NeedsWriter();
            setsTimer = entry.TimerIsLate;
            entry.ArmedUntil = setsTimer ? entry.Deadline : entry.ArmedUntil;
            AssertInvariants();
        }

        if (setsTimer)
        {
            entry.SetTimer(Left(entry));
        }

        return writes;
    }

    /// <summary>Whoever writes: the last call has returned, and this comes next. Null: there is nothing to write now, and it writes no more.</summary>
    internal PublishEntry? TakeNext(out PublishSession? session)
    {
        while (true)
        {
            PublishEntry? ended;
            lock (_gate)
            {
                ended = EndCall();
                if (ended is null)
                {
                    session = _session;
                    if (!CanWrite || _queue.First?.Value is not { } next)
                    {
                        _hasWriter = false;
                        return null;
                    }

                    _queue.RemoveFirst();
                    if (Refusal(next) is not { } refusal)
                    {
                        next.Stage = PublishStage.InFlight;
                        next.Written = true;
                        next.Sequence = session!.Tracker.Add(next);
                        _writing = next;
                        AssertInvariants();
                        return next;
                    }

                    ended = next;
                    Finish(next, refusal);
                }
            }

            ended.Wake();
        }
    }

    /// <summary>The last call has returned without an end of its write: the socket is full, and nothing is written until it has ended.</summary>
    internal void Stall(PublishSession session)
    {
        PublishEntry? ended;
        bool start;
        lock (_gate)
        {
            _writing?.PropertiesLent = true; // the client may still hold them
            ended = EndCall();
            session.Stalled = true;
            _hasWriter = false;
            start = NeedsWriter(); // another channel may be open by now
        }

        StartWriter(start);
        ended?.Wake();
    }

    /// <summary>The write that stalled has ended.</summary>
    internal void Unstall(PublishSession session)
    {
        bool start;
        lock (_gate)
        {
            session.Stalled = false;
            start = NeedsWriter();
        }

        StartWriter(start);
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
                if (entry is { IsAbandoned: true })
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

    private bool CanWrite => _session is { Stalled: false } session && _blocked is null && session.Tracker.Count < Limit;

    /// <summary>How many may be unconfirmed now.</summary>
    private int Limit => _suspects > 0 ? 1 : window;

    /// <summary>Whether there is something to write and nobody who does; then somebody must.</summary>
    private bool NeedsWriter() => !_hasWriter && CanWrite && _queue.Count > 0 && (_hasWriter = true);

    private void StartWriter(bool start)
    {
        if (start && Writer is { } writer)
        {
            ThreadPool.UnsafeQueueUserWorkItem(writer, preferLocal: false);
        }
    }

    /// <summary>What ends a publish whose turn has come without writing it.</summary>
    private PublishOutcome? Refusal(PublishEntry entry)
        => _givenUp ? Stopped(entry) : missing.Contains(entry.Exchange) ? ChannelCloseReason.Missing(entry.Exchange) : Refused.Refusal(entry.Exchange);

    /// <summary>The client has the body of what was being written.</summary>
    /// <returns>The publish, if it ended meanwhile: it must be woken.</returns>
    private PublishEntry? EndCall()
    {
        if (_writing is not { } entry)
        {
            return null; // there was none, or its confirm was faster
        }

        _writing = null;
        if (!entry.EndsAfterCall)
        {
            return null;
        }

        Finish(entry, entry.Outcome);
        return entry;
    }

    /// <summary>Ends a publish: now, or when the client has its body.</summary>
    /// <returns>Whether it must be woken.</returns>
    private bool FinishOutsideCall(PublishEntry entry, PublishOutcome outcome)
    {
        if (entry != _writing)
        {
            Finish(entry, outcome);
            return true;
        }

        entry.EndsAfterCall = true;
        entry.Outcome = outcome;
        return false;
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
        if (entry == _writing)
        {
            _writing = null;
            entry.PropertiesLent = true; // the confirm was faster than the return of the call
        }

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
