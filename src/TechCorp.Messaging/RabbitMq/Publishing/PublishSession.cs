using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>One publishing channel with its unconfirmed publishes; thrown away with the channel.</summary>
internal sealed class PublishSession(long generation, IChannel? channel, int maxOutstandingConfirms)
{
    /// <summary>The reason of a channel that was given up because it confirms nothing.</summary>
    internal const string Stuck = "stuck";

    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal long Generation { get; } = generation;

    /// <summary>Null only in tests without a broker.</summary>
    internal IChannel? Channel { get; } = channel;

    /// <summary>Guarded by the publish queue's lock.</summary>
    internal ConfirmTracker<PublishEntry> Tracker { get; } = new(maxOutstandingConfirms);

    /// <summary>Since when the broker has sent only nacks; null when its last answer was an ack. Guarded by the publish queue's lock.</summary>
    internal long? NackedSince { get; set; }

    /// <summary>When the last nack came. Guarded by the publish queue's lock.</summary>
    internal long LastNack { get; set; }

    /// <summary>The publishes that one confirm takes out of the tracker. Confirms of a channel come one at a time, so one list serves them all.</summary>
    internal List<PublishEntry> Confirmed { get; } = new(maxOutstandingConfirms);

    /// <summary>Whether a write has begun and not ended: the socket takes no more. Guarded by the publish queue's lock.</summary>
    internal bool Stalled { get; set; }

    /// <summary>Ends, with the reason, when the channel is gone or given up.</summary>
    internal Task<string> Closed => _closed.Task;

    /// <summary>Whether the broker closed the channel because of a publish; then the connection is still good. Set before <see cref="Closed"/> ends.</summary>
    internal bool ClosedForPublish { get; set; }

    internal void Close(string reason) => _closed.TrySetResult(reason);

    /// <summary>Gives the channel up although it is open: it confirms nothing any more.</summary>
    internal void CloseAsStuck() => Close(Stuck);
}
