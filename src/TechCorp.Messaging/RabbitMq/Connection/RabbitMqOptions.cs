using System.Net;

namespace TechCorp.Messaging;

/// <summary>Where the RabbitMQ broker is and how its connections are watched.</summary>
public sealed class RabbitMqOptions
{
    /// <summary>The largest body that any RabbitMQ takes: the highest <c>max_message_size</c> that it allows.</summary>
    internal const int LargestBodyBytes = 512 * 1024 * 1024;

    private const string UrisKey = "Uri"; // the key of Uris, which may name several

    /// <summary>AMQP URIs (<c>amqp://user:password@host:5672/vhost</c>, <c>amqps://…</c>), one for each node, all with the same scheme; tried one after the
    /// other. Default: <c>amqp://guest:guest@localhost:5672/</c>.</summary>
    public IList<Uri> Uris { get; set; } = [new("amqp://guest:guest@localhost:5672/")];

    /// <summary>
    /// The management plugin's address (<c>http://user:password@host:15672</c>), which lets <see cref="MessageBus.PlanAsync"/> see every argument and binding;
    /// without a user it is the broker's.
    /// Nothing else asks it. Default: none.
    /// </summary>
    public Uri? ManagementUri { get; set; }

    /// <summary>The wait before the first attempt to reconnect; doubled for each further one, with jitter. Default: 100 ms.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts to reconnect. Default: 10 s.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt to connect to one node may take. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The heartbeat interval; a connection without traffic for two intervals is given up. Whole seconds. Default: 10 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Encryption beside the URI: authorities, client certificate, server name. Only for <c>amqps://</c>. Default: nothing beside the URI.</summary>
    public RabbitMqTlsOptions Tls { get; set; } = new();

    /// <summary>
    /// Called for each attempt to connect, for user names and passwords (or tokens) that change; wins over those of the URIs. What it throws counts as a
    /// failed attempt, which is repeated. It may be called by several threads at once and must end within <see cref="ConnectTimeout"/>. Default: none.
    /// </summary>
    public Func<CancellationToken, Task<NetworkCredential>>? Credentials { get; set; }

    /// <summary>
    /// The largest body, in bytes, that a consumer takes, from 1 to 536 870 912 (512 MiB). A consumer that is sent a larger one stops alone: the message
    /// stays in its queue, the others go on. Dead-letter tools read messages of any size. Default: 512 MiB, the most that any RabbitMQ takes.
    /// </summary>
    public int MaxInboundMessageBodyBytes { get; set; } = LargestBodyBytes;

    internal IEnumerable<string> Problems()
    {
        if (Uris is not { Count: > 0 })
        {
            yield return $"{UrisKey} must name at least one node.";
        }

        foreach (var uri in Uris ?? [])
        {
            if (uri is not { IsAbsoluteUri: true, Scheme: "amqp" or "amqps", Host.Length: > 0 })
            {
                yield return $"{UrisKey} must hold amqp:// or amqps:// URIs with a host; one is '{BrokerAddress.WithoutPassword(uri)}'.";
            }
            else if (uri.AbsolutePath.LastIndexOf('/') > 0)
            {
                yield return $"{UrisKey} must have no more than a virtual host in their path, its slashes as %2F; one is "
                    + $"'{BrokerAddress.WithoutPassword(uri)}'.";
            }
        }

        if (FirstOf("amqps") is { } encrypted && FirstOf("amqp") is { } plain)
        {
            yield return $"{UrisKey} must be all amqps:// or all amqp://, because any of the nodes may get the connection; there are "
                + $"'{BrokerAddress.WithoutPassword(encrypted)}' and '{BrokerAddress.WithoutPassword(plain)}'.";
        }

        foreach (var problem in TlsProblems())
        {
            yield return problem;
        }

        if (MaxInboundMessageBodyBytes is < 1 or > LargestBodyBytes)
        {
            yield return $"{nameof(MaxInboundMessageBodyBytes)} must be between 1 and {LargestBodyBytes}; it is {MaxInboundMessageBodyBytes}.";
        }

        if (ManagementUri is not (null or { IsAbsoluteUri: true, Scheme: "http" or "https" }))
        {
            yield return $"{nameof(ManagementUri)} must be an http:// or https:// URI; it is '{BrokerAddress.WithoutPassword(ManagementUri)}'.";
        }

        if (ReconnectDelay <= TimeSpan.Zero)
        {
            yield return $"{nameof(ReconnectDelay)} must be positive; it is {ReconnectDelay}.";
        }

        if (MaxReconnectDelay < ReconnectDelay || MaxReconnectDelay > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(MaxReconnectDelay)} must be between {nameof(ReconnectDelay)} ({ReconnectDelay}) and one day; it is {MaxReconnectDelay}.";
        }

        if (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(ConnectTimeout)} must be positive and at most one hour; it is {ConnectTimeout}.";
        }

        if (Heartbeat < TimeSpan.FromSeconds(1) || Heartbeat > TimeSpan.FromSeconds(ushort.MaxValue) || Heartbeat.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return $"{nameof(Heartbeat)} must be whole seconds, from 1 to {ushort.MaxValue}; it is {Heartbeat}.";
        }
    }

    internal RabbitMqOptions Copy() => new()
    {
        Uris = [.. Uris],
        ManagementUri = ManagementUri,
        ReconnectDelay = ReconnectDelay,
        MaxReconnectDelay = MaxReconnectDelay,
        ConnectTimeout = ConnectTimeout,
        Heartbeat = Heartbeat,
        Tls = Tls?.Copy()!, // checked before it is used
        Credentials = Credentials,
        MaxInboundMessageBodyBytes = MaxInboundMessageBodyBytes,
    };

    private Uri? FirstOf(string scheme) => Uris?.FirstOrDefault(uri => uri is { IsAbsoluteUri: true } && uri.Scheme == scheme);

    private IEnumerable<string> TlsProblems()
    {
        if (Tls is null)
        {
            return [$"{nameof(Tls)} must not be null; leave it as it is for the defaults."];
        }

        var problems = Tls.Problems().Select(problem => $"{nameof(Tls)}:{problem}");
        if (Tls.IsSet && FirstOf("amqp") is { } plain)
        {
            problems = problems.Append($"{nameof(Tls)} must only be set with amqps:// URIs; one is '{BrokerAddress.WithoutPassword(plain)}'.");
        }

        return Tls.UseExternalAuthentication && Credentials is not null
            ? problems.Append($"{nameof(Credentials)} must not be set with {nameof(Tls)}:{nameof(Tls.UseExternalAuthentication)}: the certificate is the "
                + "login.")
            : problems;
    }
}
