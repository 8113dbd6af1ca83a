namespace TechCorp.Messaging;

/// <summary>The names of the headers that this library writes.</summary>
public static class MessageHeaders
{
    /// <summary>The prefix of every header of this library.</summary>
    public const string Prefix = "x-techcorp-";

    /// <summary>How many times the message was attempted so far.</summary>
    public const string Attempt = Prefix + "attempt";

    /// <summary>When it failed first, round-trip format, UTC.</summary>
    public const string FirstFailure = Prefix + "first-failure";

    /// <summary>When it failed last, round-trip format, UTC.</summary>
    public const string LastFailure = Prefix + "last-failure";

    /// <summary>The type name of the last exception.</summary>
    public const string ExceptionType = Prefix + "exception-type";

    /// <summary>The last exception's message, at most 1 KiB, secrets scrubbed.</summary>
    public const string ExceptionMessage = Prefix + "exception-message";

    /// <summary>The last exception's stack, at most 8 KiB, secrets scrubbed.</summary>
    public const string ExceptionStack = Prefix + "exception-stack";

    /// <summary>The exchange it was first published to.</summary>
    public const string OriginalExchange = Prefix + "original-exchange";

    /// <summary>The routing key it was first published with.</summary>
    public const string OriginalRoutingKey = Prefix + "original-key";

    /// <summary>The queue whose consumer dead-lettered it.</summary>
    public const string OriginalQueue = Prefix + "original-queue";

    /// <summary>The service that dead-lettered it.</summary>
    public const string Consumer = Prefix + "consumer";

    /// <summary>Why it was dead-lettered: attempts-exhausted, permanent-failure, unreadable, unknown-type, no-type, redelivery-limit.</summary>
    public const string Reason = Prefix + "reason";

    /// <summary>How many times the broker had delivered it again when it was dead-lettered; absent when that is not known.</summary>
    public const string Redeliveries = Prefix + "redeliveries";

    /// <summary>The id of the redrive that sent it back last.</summary>
    public const string RedriveId = Prefix + "redrive-id";

    /// <summary>How many times it was redriven.</summary>
    public const string RedriveCount = Prefix + "redrive-count";

    /// <summary>The sequence number of the message among those with its ordering key, where the producer numbers them.</summary>
    public const string KeySequence = Prefix + "key-sequence";

    /// <summary>The names of the headers that a copy left out because its headers may have at most 96 KiB.</summary>
    public const string DroppedHeaders = Prefix + "dropped-headers";

    /// <summary>On a message that waits at the end of its queue because the queue for its copy was missing or full: what it waits for.</summary>
    internal const string SetAside = Prefix + "set-aside";

    /// <summary>On such a message: when it went to the end of its queue last.</summary>
    internal const string SetAsideAt = SetAside + "-at";

    /// <summary>The W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The W3C trace state.</summary>
    public const string TraceState = "tracestate";

    /// <summary>Whether we write it, whatever came under its name.</summary>
    internal static bool IsOurs(string name) => name is TraceParent or TraceState || name.StartsWith(Prefix, StringComparison.Ordinal);
}
