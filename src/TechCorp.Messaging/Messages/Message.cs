using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>A serialized message as it travels: a body and the metadata that goes into AMQP properties.</summary>
/// <remarks>Immutable and safe to share between threads. <see cref="Body"/> is not copied: keep it unchanged until the publish has ended.</remarks>
[DebuggerDisplay("{Type,nq} {Id,nq}, {Body.Length} bytes")]
public sealed class Message
{
    private static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>(0);
    private static readonly ForeignProperties Nothing = new();

    /// <summary>The payload's bytes and nothing else.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The wire name of the payload's type, dotted and lower case: <c>order.created</c>. At most 255 bytes of UTF-8.</summary>
    public required string Type { get; init; }

    /// <summary>What consumers recognize a repeated delivery by. Default: a new UUIDv7. At most 255 bytes of UTF-8.</summary>
    public string Id { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>When the message came to be, UTC. Default: the publisher's clock when it publishes.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The format of <see cref="Body"/>. Default: <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>What ties the messages of one business transaction together; none by default.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The service that published. Default: the publisher's configured name.</summary>
    public string? AppId { get; init; }

    /// <summary>Further headers, text only. Names at most 255 bytes; the whole at most 16 KiB. Names that begin with <c>x-techcorp-</c> are reserved.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = NoHeaders;

    /// <summary>What a priority queue prefers, 0 to 255; none by default. Only queues that have priorities look at it: classic ones declared with
    /// <c>x-max-priority</c>, and quorum queues of RabbitMQ 4.0 or later, where over 4 is high.</summary>
    /// <exception cref="ArgumentException">It is out of that range.</exception>
    public int? Priority
    {
        get => Foreign?.Priority;
        init => Foreign = value is null ? Foreign : (Foreign ?? Nothing) with { Priority = MessageLimits.Priority(value) };
    }

    /// <summary>How long it may wait in a queue before it expires there, in whole milliseconds, over 0 and at most 49 days; without limit by default.</summary>
    /// <remarks>What expires is dead-lettered where the queue has a dead-letter exchange, and dropped otherwise. Copies in retry and dead-letter queues do not
    /// expire. A queue looks at its oldest message only: one that expired behind it goes when it is the oldest.</remarks>
    /// <exception cref="ArgumentException">It is out of that range.</exception>
    public TimeSpan? Expiration
    {
        get => Foreign?.Expiration;
        init => Foreign = value is null ? Foreign : (Foreign ?? Nothing) with { Expiration = MessageLimits.Expiration(value) };
    }

    /// <summary>How long the broker holds it before its destination gets it: whole seconds, rounded up, at most 48 days; none by default, and zero is
    /// none.</summary>
    /// <remarks>At least as long: see the guide to delayed publishing. Not together with <see cref="Expiration"/>, which would end the delay early.</remarks>
    /// <exception cref="ArgumentException">It is out of that range.</exception>
    public TimeSpan? Delay
    {
        get => Foreign?.Delay;
        init => Foreign = value is null ? Foreign : (Foreign ?? Nothing) with { Delay = MessageLimits.Delay(value) };
    }

    /// <summary>What few messages carry; null for all others.</summary>
    internal ForeignProperties? Foreign { get; init; }
}
