using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>What the queue, the confirms, the sessions and the endings of one publisher share: one lock, what it guards, and the
/// steps that keep it consistent.</summary>
/// <remarks>Every member but <see cref="StartWriter"/> is for a caller that holds <see cref="Gate"/>. No callback, log or continuation runs under it.</remarks>
[DebuggerDisplay("{Queue.Count} waiting, {Session?.Tracker.Count} unconfirmed, blocked: {Blocked}")]
internal sealed class PublishState(int maxOutstandingConfirms)
{
    private long _tickets;
    private int _live; // enqueued and not done

    internal Lock Gate { get; } = new();

    internal int MaxOutstandingConfirms => maxOutstandingConfirms;

    /// <summary>Takes what is next and writes it, when no thread does. Set once.</summary>
    internal IThreadPoolWorkItem? Writer { get; set; }

    /// <summary>The publishes that wait to be written, by ticket.</summary>
    internal LinkedList<PublishEntry> Queue { get; } = [];

    /// <summary>The open channel with its unconfirmed publishes; null between channels.</summary>
    internal PublishSession? Session { get; set; }

    /// <summary>Whether a thread takes what is next and writes it, or is about to.</summary>
    internal bool HasWriter { get; set; }

    /// <summary>The publish that the client's call runs for.</summary>
    internal PublishEntry? Writing { get; private set; }

    /// <summary>This many confirms from now, publishes are written one at a time, because one of them closes its
    /// channel and the broker does not say which.</summary>
    internal int OneAtATime { get; set; }

    /// <summary>Why the broker takes no publishes; null when it does.</summary>
    internal string? Blocked { get; set; }

    /// <summary>How many publishes of the session are unconfirmed and awaited by no caller.</summary>
    internal int Abandoned { get; set; }

    /// <summary>Takes no further publish.</summary>
    internal bool IsStopping { get; private set; }

    /// <summary>Writes no further publish: the time given to the stop has passed.</summary>
    internal bool IsStopped { get; set; }

    /// <summary>Ends when the publisher is stopping and every publish is done.</summary>
    internal TaskCompletionSource Idle { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many may be unconfirmed now.</summary>
    internal int Limit => OneAtATime > 0 ? 1 : maxOutstandingConfirms;

    internal bool CanWrite => Session is { Stalled: false } session && Blocked is null && session.Tracker.Count < Limit;

    /// <summary>Adds a publish at the end of the queue; ends it when the publisher is stopping.</summary>
    /// <returns>Whether it was added.</returns>
    internal bool TryAdd(PublishEntry entry)
    {
        entry.Ticket = ++_tickets;
        _live++;
        if (IsStopping)
        {
            Finish(entry, PublishOutcome.ExpiredUnwritten("the publisher is stopping."));
            return false;
        }

        entry.Stage = PublishStage.Waiting;
        Queue.AddLast(entry.Node);
        return true;
    }

    /// <summary>Takes no further publish from now on.</summary>
    internal void BeginStop()
    {
        IsStopping = true;
        if (_live == 0)
        {
            Idle.TrySetResult();
        }
    }

    /// <summary>Whether there is something to write and no thread that does; then the caller must start one.</summary>
    internal bool NeedsWriter() => !HasWriter && CanWrite && Queue.Count > 0 && (HasWriter = true);

    /// <summary>Outside of the lock.</summary>
    internal void StartWriter(bool start)
    {
        if (start && Writer is { } writer)
        {
            ThreadPool.UnsafeQueueUserWorkItem(writer, preferLocal: false);
        }
    }

    /// <summary>Gives a publish its sequence number; the client's call runs for it until <see cref="EndCall"/>.</summary>
    internal void BeginWrite(PublishEntry entry, PublishSession session)
    {
        entry.Stage = PublishStage.InFlight;
        entry.Written = true;
        entry.Sequence = session.Tracker.Add(entry);
        Writing = entry;
        AssertInvariants();
    }

    /// <summary>The client has copied the body of what was being written.</summary>
    /// <returns>The publish, if it ended meanwhile: it must be woken.</returns>
    internal PublishEntry? EndCall()
    {
        if (Writing is not { } entry)
        {
            return null; // there was none, or its confirm was faster
        }

        Writing = null;
        if (!entry.EndsAfterCall)
        {
            return null;
        }

        Finish(entry, entry.Outcome);
        return entry;
    }

    /// <summary>Ends a publish: now, or when the client has its body.</summary>
    /// <returns>Whether it must be woken.</returns>
    internal bool FinishOutsideCall(PublishEntry entry, PublishOutcome outcome)
    {
        if (entry != Writing)
        {
            Finish(entry, outcome);
            return true;
        }

        entry.EndsAfterCall = true;
        entry.Outcome = outcome;
        return false;
    }

    /// <summary>Puts a publish back into the queue, before everything younger.</summary>
    internal void Requeue(PublishEntry entry)
    {
        entry.Stage = PublishStage.Waiting;
        var node = Queue.First;
        while (node is not null && node.Value.Ticket < entry.Ticket)
        {
            node = node.Next;
        }

        if (node is null)
        {
            Queue.AddLast(entry.Node);
        }
        else
        {
            Queue.AddBefore(node, entry.Node);
        }
    }

    internal void Finish(PublishEntry entry, PublishOutcome outcome)
    {
        if (entry == Writing)
        {
            Writing = null;
            entry.PropertiesLent = true; // the confirm was faster than the return of the call
        }

        entry.Stage = PublishStage.Done;
        entry.Outcome = entry.Resent ? outcome with { MayHaveBeenDelivered = true } : outcome;
        _live--;
        if (_live == 0 && IsStopping)
        {
            Idle.TrySetResult();
        }
    }

    [Conditional("DEBUG")]
    internal void AssertInvariants()
    {
        Debug.Assert(Gate.IsHeldByCurrentThread, "Invariants hold only under the lock.");
        Debug.Assert(Session is null || Session.Tracker.Count <= maxOutstandingConfirms, "More publishes are unconfirmed than MaxOutstandingConfirms.");
        Debug.Assert(_live >= Queue.Count, "A publish that waits is not done.");
        Debug.Assert(Abandoned <= (Session?.Tracker.Count ?? 0), "An abandoned publish is unconfirmed.");
    }
}
