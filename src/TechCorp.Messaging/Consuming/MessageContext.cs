using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The delivery that a handler is working on.</summary>
/// <remarks>Valid until the handler returns; <see cref="Body"/> is reused after that.</remarks>
[DebuggerDisplay("{Type,nq} {MessageId,nq}, attempt {Attempt} of queue {Queue,nq}")]
public sealed class MessageContext
{
    private const long None = -1;
    private readonly long _utcTicks = None; // a third of the size of a nullable DateTimeOffset

    /// <summary>The message's id; null when a foreign producer sent none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The wire name that the handler was chosen by.</summary>
    public required string Type { get; init; }

    /// <summary>The queue it was consumed from.</summary>
    public required string Queue { get; init; }

    /// <summary>The exchange it was first published to; empty for the default exchange.</summary>
    public string Exchange { get; init; } = "";

    /// <summary>The routing key it was first published with.</summary>
    public string RoutingKey { get; init; } = "";

    /// <summary>Which attempt this is, from 1; immediate and delayed attempts count alike. Attempts that ended with their process or that lost
    /// their channel leave no record and are not counted: when <see cref="Redelivered"/> is true, there may have been more.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>How many times the message was redriven from the dead-letter queue.</summary>
    public int RedriveCount { get; init; }

    /// <summary>Whether the broker delivered it before. Whether a handler had begun with it is not known.</summary>
    public bool Redelivered { get; init; }

    /// <summary>How many times the broker delivered it before, whether or not a handler had begun with it (pauses, stops, lost connections, killed
    /// processes): 0 when it was not, null when the broker does not count (classic queues).</summary>
    public int? Redeliveries { get; init; }

    /// <summary>When the producer made it, UTC; null when it did not say.</summary>
    public DateTimeOffset? Timestamp
    {
        get => _utcTicks < 0 ? null : new DateTimeOffset(_utcTicks, TimeSpan.Zero);
        init => _utcTicks = value?.UtcTicks ?? None;
    }

    /// <summary>The id that the messages of one business transaction share; null when there is none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The format of <see cref="Body"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>The headers, values as text.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The payload's bytes as they came.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
