using System.Diagnostics;
using System.Threading.Tasks.Sources;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>One publish on its way. Pooled; everything but the wake-up is guarded by the lock of <see cref="PublishState"/>.</summary>
[DebuggerDisplay("{Stage}, sequence {Sequence}, {Exchange,nq} {RoutingKey,nq}")]
internal sealed class PublishEntry : IValueTaskSource, IDisposable
{
    private readonly ITimer? _timer;
    private readonly string? _id; // of a stand-in
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };

    /// <param name="endings">Where it ends when its deadline has passed.</param>
    /// <param name="timeProvider">The clock of its deadline.</param>
    internal PublishEntry(PublishEndings endings, TimeProvider timeProvider)
    {
        Endings = endings;
        using var _ = ExecutionContext.SuppressFlow();
        _timer = timeProvider.CreateTimer(static state => ((PublishEntry)state!).Endings.OnDeadline((PublishEntry)state), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Stands in the tracker for a publish whose caller has gone: still unconfirmed, and no caller awaits it. It keeps what a return is
    /// matched by, and not the body:
    /// otherwise a return of this publish would be taken for one of another with the same message.
    /// </summary>
    private PublishEntry(PublishEntry gone)
    {
        Endings = gone.Endings;
        IsAbandoned = true;
        _id = gone.Id;
        Exchange = gone.Exchange;
        RoutingKey = gone.RoutingKey;
        ReturnCode = gone.ReturnCode;
        Stage = PublishStage.Done;
    }

    internal PublishEndings Endings { get; }

    /// <summary>Whether its caller has gone.</summary>
    internal bool IsAbandoned { get; }

    /// <summary>The message's id.</summary>
    internal string Id => _id ?? Message.Id;

    internal Message Message { get; set; } = null!;

    internal string Exchange { get; set; } = "";

    internal string RoutingKey { get; set; } = "";

    internal bool AcceptUnroutable { get; set; }

    /// <summary>The timestamp of the clock at which it expires.</summary>
    internal long Deadline { get; set; }

    /// <summary>Grows with each publish of the publisher; the order in which they are written, and written again.</summary>
    internal long Ticket { get; set; }

    internal PublishStage Stage { get; set; }

    internal ulong Sequence { get; set; }

    /// <summary>Whether it was ever handed to a channel: then it may have been delivered.</summary>
    internal bool Written { get; set; }

    /// <summary>The return that came before the confirm; 0 when none came.</summary>
    internal int ReturnCode { get; set; }

    internal string ReturnText { get; set; } = "";

    internal PublishOutcome Outcome { get; set; }

    /// <summary>Ended while the client's publish call ran for it: its caller gets the outcome when that call has returned.</summary>
    internal bool EndsAfterCall { get; set; }

    /// <summary>The caller's activity, which the client's own spans belong under.</summary>
    internal Activity? Activity { get; set; }

    /// <summary>The timestamp of the clock at which the timer fires; 0 when it is not set. Guarded by the lock.</summary>
    internal long ArmedUntil { get; set; }

    internal Exception? Fault { get; set; }

    /// <summary>Its place in the queue, so that queuing allocates nothing.</summary>
    internal LinkedListNode<PublishEntry> Node => field ??= new LinkedListNode<PublishEntry>(this);

    /// <summary>Whether an earlier channel carried it: whatever the later one says, it may have been delivered.</summary>
    internal bool Resent { get; set; }

    /// <summary>Reused by the next message, unless the client may still hold them.</summary>
    internal BasicProperties? Properties { get; set; }

    /// <summary>Whether the client may still read them.</summary>
    internal bool PropertiesLent { get; set; }

    /// <summary>What takes its place in the tracker when its caller goes.</summary>
    internal PublishEntry Abandon() => new(this);

    /// <summary>Ends at <see cref="Wake"/>; one awaiter.</summary>
    internal ValueTask DoneAsync() => new(this, _wake.Version);

    /// <summary>Whether its caller has the outcome.</summary>
    internal bool HasAnswer => _wake.GetStatus(_wake.Version) != ValueTaskSourceStatus.Pending;

    internal void Wake() => _wake.SetResult(true);

    /// <summary>Wakes the callers of those that have one, and empties the list.</summary>
    internal static void WakeAll(List<PublishEntry> entries)
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

    /// <summary>Whether the timer would fire after the deadline or never. One that fires earlier stays as it is and is set again
    /// then: most publishes set none.</summary>
    internal bool TimerIsLate => ArmedUntil == 0 || ArmedUntil > Deadline;

    internal void SetTimer(TimeSpan due) => _timer?.Change(due, Timeout.InfiniteTimeSpan);

    /// <summary>Forgets the last use.</summary>
    internal void Clear()
    {
        Message = null!;
        Activity = null;
        Exchange = RoutingKey = ReturnText = "";
        Sequence = 0;
        Written = Resent = EndsAfterCall = false;
        Properties = PropertiesLent ? null : Properties;
        PropertiesLent = false;
        ReturnCode = 0;
        Outcome = default;
        Fault = null;
        Stage = PublishStage.Idle;
        _wake.Reset();
    }

    public void Dispose() => _timer?.Dispose();

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _wake.OnCompleted(continuation, state, token, flags);
}
