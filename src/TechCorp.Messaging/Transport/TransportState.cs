namespace TechCorp.Messaging;

/// <summary>How a connection stands. "Connected" means that a channel has opened on it: a socket alone proves nothing.</summary>
internal enum TransportState
{
    /// <summary>Not started, or ended.</summary>
    Stopped,

    /// <summary>No connection; being opened.</summary>
    Connecting,

    /// <summary>Refused by the broker (credentials, virtual host); being tried again.</summary>
    Refused,

    /// <summary>Open, and a channel has opened on it.</summary>
    Connected,

    /// <summary>Open, but the broker takes no publishes (<c>connection.blocked</c>).</summary>
    Blocked,
}
