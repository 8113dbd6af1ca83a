using System.Threading.Tasks.Sources;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>One publish on its way. Pooled; everything but the wake-up is guarded by the gate of <see cref="PublishGate"/>.</summary>
internal sealed class PublishEntry : IValueTaskSource, IDisposable
{
    /// <summary>Stands in the tracker for a publish whose caller has gone: still unconfirmed, awaited by nobody.</summary>
    internal static readonly PublishEntry Abandoned = new(null, null);

    private readonly ITimer? _timer;
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };

    /// <param name="gate">The gate it passes; null for the stand-in only.</param>
    /// <param name="time">The clock of its deadline.</param>
    internal PublishEntry(PublishGate? gate, TimeProvider? time)
    {
        Gate = gate!;
        if (time is not null)
        {
            using var _ = ExecutionContext.SuppressFlow();
            _timer = time.CreateTimer(static state => ((PublishEntry)state!).Gate.OnDeadline((PublishEntry)state), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    internal PublishGate Gate { get; }

    internal Message Message { get; set; } = null!;

    internal string Exchange { get; set; } = "";

    internal string RoutingKey { get; set; } = "";

    internal bool AcceptUnroutable { get; set; }

    /// <summary>The timestamp of the clock at which it expires.</summary>
    internal long Deadline { get; set; }

    /// <summary>Grows with each publish of the publisher; the order in which they are written, and written again.</summary>
    internal long Ticket { get; set; }

    internal PublishStage Stage { get; set; }

    /// <summary>The generation of the channel that granted the turn or carries it.</summary>
    internal long Generation { get; set; }

    internal ulong Sequence { get; set; }

    /// <summary>Whether it was ever handed to a channel: then nobody can say that it was not delivered.</summary>
    internal bool Written { get; set; }

    /// <summary>The return that came before the confirm; 0 when none came.</summary>
    internal int ReturnCode { get; set; }

    internal string ReturnText { get; set; } = "";

    internal PublishOutcome Outcome { get; set; }

    internal Exception? Fault { get; set; }

    /// <summary>Its place in the queue, so that queueing allocates nothing.</summary>
    internal LinkedListNode<PublishEntry> Node => field ??= new LinkedListNode<PublishEntry>(this);

    /// <summary>Whether an earlier channel carried it: whatever the later one says, it may have been delivered.</summary>
    internal bool Resent { get; set; }

    /// <summary>Reused by the next message, unless the client may still hold them.</summary>
    internal BasicProperties? Properties { get; set; }

    /// <summary>Whether a write of these properties did not end at once.</summary>
    internal bool PropertiesLent { get; set; }

    /// <summary>Ends at the next <see cref="Wake"/>; one awaiter.</summary>
    internal ValueTask WokenAsync() => new(this, _wake.Version);

    internal void ResetWake() => _wake.Reset();

    internal void Wake() => _wake.SetResult(true);

    internal void ArmTimer(TimeSpan due) => _timer?.Change(due, Timeout.InfiniteTimeSpan);

    /// <summary>Forgets the last use.</summary>
    internal void Clear()
    {
        ArmTimer(Timeout.InfiniteTimeSpan);
        Message = null!;
        Exchange = RoutingKey = ReturnText = "";
        Generation = 0;
        Sequence = 0;
        Written = Resent = false;
        Properties = PropertiesLent ? null : Properties;
        PropertiesLent = false;
        ReturnCode = 0;
        Outcome = default;
        Fault = null;
        Stage = PublishStage.Idle;
        ResetWake();
    }

    public void Dispose() => _timer?.Dispose();

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _wake.OnCompleted(continuation, state, token, flags);
}
