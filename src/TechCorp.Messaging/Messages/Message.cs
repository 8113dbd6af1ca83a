using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>A serialized message as it travels: a body and the metadata that goes into AMQP properties.</summary>
/// <remarks>Immutable and safe to share between threads. <see cref="Body"/> is not copied: keep it unchanged until the publish has ended.</remarks>
[DebuggerDisplay("{Type,nq} {Id,nq}, {Body.Length} bytes")]
public sealed class Message
{
    private static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>(0);

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

    /// <summary>What came with it and is handed on; null for all that were made here.</summary>
    internal ForeignProperties? Foreign { get; init; }
}
