namespace TechCorp.Messaging;

/// <summary>What a consumer is doing.</summary>
public enum ConsumerState
{
    /// <summary>Not started, or stopped: with the host, or by the transport (see <see cref="ConsumerStatus.StopReason"/>).</summary>
    Stopped,

    /// <summary>Subscribing for the first time.</summary>
    Connecting,

    /// <summary>Subscribed, and messages are waiting or being handled.</summary>
    Consuming,

    /// <summary>Subscribed, and nothing to do.</summary>
    Idle,

    /// <summary>Its channel is lost; the transport is opening a new one.</summary>
    Rebuilding,

    /// <summary>Paused by <see cref="MessageConsumers.PauseAsync"/>.</summary>
    Paused,

    /// <summary>Its channel was open and the broker did not serve it (see <see cref="ConsumerOptions.StalledConsumerTimeout"/>); the
    /// transport is opening a new channel.</summary>
    Stalled,
}
