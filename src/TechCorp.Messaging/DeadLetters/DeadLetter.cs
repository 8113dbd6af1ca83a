namespace TechCorp.Messaging;

/// <summary>A dead-lettered message with its history. A snapshot: reading it changes nothing.</summary>
public sealed class DeadLetter
{
    /// <summary>The message's id; null when its producer gave none.</summary>
    public string? MessageId { get; init; }

    /// <summary>Its wire name; null when its producer gave none.</summary>
    public string? Type { get; init; }

    /// <summary>The id that the messages of one business transaction share; null when there is none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When the producer made it, UTC; null when it did not say.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Why it was dead-lettered: <c>attempts-exhausted</c>, <c>permanent-failure</c>, <c>unreadable</c>, <c>unknown-type</c>, <c>no-type</c>,
    /// <c>redelivery-limit</c>; or the broker's <c>expired</c>, <c>rejected</c>, <c>maxlen</c>, <c>delivery_limit</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The attempts whose end was recorded; 0 when the broker dead-lettered it. An attempt that ended with its process, or whose channel was lost,
    /// is not among them: see <see cref="Redeliveries"/>.</summary>
    public int Attempts { get; init; }

    /// <summary>How many times the broker had delivered it again when its consumer dead-lettered it; null when that is not known: on a classic
    /// queue, which does not count, and when the broker dead-lettered it.</summary>
    public int? Redeliveries { get; init; }

    /// <summary>The type name of the last exception; null when there was none.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The last exception's message, at most 1 KiB, secrets scrubbed.</summary>
    public string? ExceptionMessage { get; init; }

    /// <summary>The last exception with its stack, at most 8 KiB, secrets scrubbed.</summary>
    public string? ExceptionStack { get; init; }

    /// <summary>When it failed first, UTC; null when the broker dead-lettered it.</summary>
    public DateTimeOffset? FirstFailure { get; init; }

    /// <summary>When it failed last, UTC; null when the broker dead-lettered it.</summary>
    public DateTimeOffset? LastFailure { get; init; }

    /// <summary>The queue it was consumed from, or that the broker dead-lettered it from; never one in which it waited for a delay.</summary>
    public required string OriginalQueue { get; init; }

    /// <summary>The exchange it was first published to, empty for the default exchange; null when it is not known.</summary>
    public string? OriginalExchange { get; init; }

    /// <summary>The routing key it was first published with; null when it is not known.</summary>
    public string? OriginalRoutingKey { get; init; }

    /// <summary>The service that dead-lettered it; null when the broker did.</summary>
    public string? Consumer { get; init; }

    /// <summary>How many times it was redriven so far.</summary>
    public int RedriveCount { get; init; }

    /// <summary>The redrive that sent it back last; null when none did.</summary>
    public string? RedriveId { get; init; }

    /// <summary>Every header, values as text.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The payload's bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
