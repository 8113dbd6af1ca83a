using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>One publishing channel with its unconfirmed publishes; thrown away with the channel.</summary>
internal sealed class PublishSession(long generation, IChannel? channel, int window)
{
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal long Generation { get; } = generation;

    /// <summary>Null only in tests of the gate.</summary>
    internal IChannel? Channel { get; } = channel;

    /// <summary>Guarded by the gate.</summary>
    internal ConfirmTracker<PublishEntry> Tracker { get; } = new(window);

    /// <summary>When the broker began to refuse everything; null when its last word was an ack. Guarded by the gate.</summary>
    internal long? RefusesSince { get; set; }

    /// <summary>When the broker refused last. Guarded by the gate.</summary>
    internal long RefusedLast { get; set; }

    /// <summary>What one confirm takes out of the tracker. Confirms of a channel come one at a time, so one list serves them all.</summary>
    internal List<PublishEntry> Confirmed { get; } = new(window);

    /// <summary>Whether a write has begun and not ended: the socket takes no more. Guarded by the gate.</summary>
    internal bool Stalled { get; set; }

    /// <summary>Ends, with the reason, when the channel is gone or given up.</summary>
    internal Task<string> Closed => _closed.Task;

    /// <summary>Whether the broker closed the channel for a publish: the connection is sound. Set before <see cref="Closed"/> ends.</summary>
    internal bool Offended { get; set; }

    internal void Close(string reason) => _closed.TrySetResult(reason);
}
