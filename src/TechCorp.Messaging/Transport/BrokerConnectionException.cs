namespace TechCorp.Messaging;

/// <summary>The broker refused the connection, or the connection that an operation needed is gone.</summary>
public sealed class BrokerConnectionException : Exception
{
    /// <summary>Says which broker, virtual host and user, and why; never the password.</summary>
    public BrokerConnectionException(string endpoint, string virtualHost, string user, string reason, Exception? innerException = null)
        : base($"RabbitMQ at {endpoint}, virtual host '{virtualHost}', user '{user}': {reason}", innerException)
    {
        Endpoint = endpoint;
        VirtualHost = virtualHost;
        User = user;
    }

    /// <summary>The node that refused or was lost: <c>host:port</c>.</summary>
    public string Endpoint { get; }

    /// <summary>The virtual host.</summary>
    public string VirtualHost { get; }

    /// <summary>The user.</summary>
    public string User { get; }
}
