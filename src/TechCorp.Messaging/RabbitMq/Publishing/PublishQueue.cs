namespace TechCorp.Messaging;

/// <summary>
/// The publishes of one publisher, and which of them is written next. What the broker answers is in
/// <see cref="Confirms"/>, the life of the channel in <see cref="Sessions"/>,
/// and what ends a publish without the broker in <see cref="Endings"/>; the four share one <see cref="PublishState"/> and its lock.
/// </summary>
/// <remarks>
/// A publish waits in the queue, is taken by the writer, is in flight until its confirm, and is done. One thread writes at a time, for all callers, in the
/// order of tickets: so sequence numbers follow the order on the wire, and the publishes of a lost channel are written again first and in their old order.
/// The client reads a body only until its publish call returns. A publish that is canceled or expires during its own call ends when that call has
/// returned, so a caller that has its answer may reuse its body.
/// </remarks>
internal sealed class PublishQueue
{
    private readonly PublishState _state;
    private readonly MissingExchanges _missing;

    internal PublishQueue(int maxOutstandingConfirms, ConnectionLossBehavior connectionLossBehavior, MissingExchanges missing, TimeProvider timeProvider)
    {
        _state = new PublishState(maxOutstandingConfirms);
        _missing = missing;
        RefusedExchanges = new RefusedExchanges(timeProvider);
        Confirms = new PublishConfirms(_state, timeProvider);
        Sessions = new PublishSessions(_state, connectionLossBehavior);
        Endings = new PublishEndings(_state, timeProvider);
    }

    internal PublishConfirms Confirms { get; }

    internal PublishSessions Sessions { get; }

    internal PublishEndings Endings { get; }

    internal RefusedExchanges RefusedExchanges { get; }

    internal int MaxOutstandingConfirms => _state.MaxOutstandingConfirms;

    /// <summary>Takes what is next and writes it, when no thread does; null in tests, which write themselves.</summary>
    internal IThreadPoolWorkItem? Writer
    {
        get => _state.Writer;
        set => _state.Writer = value;
    }

    /// <summary>How many are unconfirmed; never more than <see cref="MaxOutstandingConfirms"/>.</summary>
    internal int Outstanding
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Session?.Tracker.Count ?? 0;
            }
        }
    }

    /// <summary>How many wait to be written.</summary>
    internal int Waiting
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Queue.Count;
            }
        }
    }

    /// <summary>Adds a publish to the queue, or ends it at once when the publisher is stopping.</summary>
    /// <returns>Whether no thread writes: then the caller must.</returns>
    internal bool Enqueue(PublishEntry entry)
    {
        bool writes, setsTimer;
        lock (_state.Gate)
        {
            if (!_state.TryAdd(entry))
            {
                entry.Wake(); // its caller does not wait yet: no continuation runs here
                return false;
            }

            writes = _state.NeedsWriter();
            setsTimer = entry.TimerIsLate;
            entry.ArmedUntil = setsTimer ? entry.Deadline : entry.ArmedUntil;
            _state.AssertInvariants();
        }

        if (setsTimer)
        {
            entry.SetTimer(Endings.TimeLeft(entry));
        }

        return writes;
    }

    /// <summary>Called by the writer when its last call has returned: takes the next publish. Null: there is nothing to write
    /// now, and the writer must end.</summary>
    internal PublishEntry? TakeNext(out PublishSession? session)
    {
        while (true)
        {
            PublishEntry? ended;
            lock (_state.Gate)
            {
                ended = _state.EndCall();
                if (ended is null)
                {
                    session = _state.Session;
                    if (!_state.CanWrite || _state.Queue.First?.Value is not { } next)
                    {
                        _state.HasWriter = false;
                        return null;
                    }

                    _state.Queue.RemoveFirst();
                    if (Refusal(next) is not { } refusal)
                    {
                        _state.BeginWrite(next, session!);
                        return next;
                    }

                    ended = next;
                    _state.Finish(next, refusal);
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
        lock (_state.Gate)
        {
            _state.Writing?.PropertiesLent = true; // the client may still hold them
            ended = _state.EndCall();
            session.Stalled = true;
            _state.HasWriter = false;
            start = _state.NeedsWriter(); // another channel may be open by now
        }

        _state.StartWriter(start);
        ended?.Wake();
    }

    /// <summary>The write that stalled has ended.</summary>
    internal void Unstall(PublishSession session)
    {
        bool start;
        lock (_state.Gate)
        {
            session.Stalled = false;
            start = _state.NeedsWriter();
        }

        _state.StartWriter(start);
    }

    /// <summary>The client refused the message before it reached the wire: the broker will not count it, and only its caller fails.</summary>
    internal void Undo(PublishSession session, ulong sequence, Exception fault)
    {
        PublishEntry? entry = null;
        lock (_state.Gate)
        {
            if (session == _state.Session)
            {
                entry = session.Tracker.Undo(sequence);
                if (entry is { IsAbandoned: true })
                {
                    _state.Abandoned--;
                    entry = null;
                }
                else if (entry is not null)
                {
                    entry.Fault = fault;
                    _state.Finish(entry, default);
                }
            }
        }

        entry?.Wake();
    }

    /// <summary>The outcome of a publish that is next and must not be written; null when it may be.</summary>
    private PublishOutcome? Refusal(PublishEntry entry)
        => _state.IsStopped ? PublishEndings.OutcomeAfterStop(entry)
            : _missing.Contains(entry.Exchange) ? ChannelCloseReason.Missing(entry.Exchange)
            : RefusedExchanges.Refusal(entry.Exchange);
}
