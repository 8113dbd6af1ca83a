namespace TechCorp.Messaging;

/// <summary>Says on the handler class which queue it consumes, and how. Read at registration by the type argument; nothing is scanned.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ConsumerAttribute : Attribute
{
    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>The most messages held unsettled at once. 0 leaves the default of <see cref="ConsumerOptions.Prefetch"/>.</summary>
    public int Prefetch { get; init; }

    /// <summary>The most handlers that run at once. 0 leaves the default of <see cref="ConsumerOptions.Concurrency"/>.</summary>
    public int Concurrency { get; init; }

    /// <summary>What happens to a message whose type has no handler on the queue. See <see cref="ConsumerOptions.WhenTypeUnknown"/>.</summary>
    public UnknownTypeBehavior WhenTypeUnknown { get; init; }

    /// <summary>The exchange that the queue's dead letters go through. Null leaves <see cref="ConsumerOptions.DeadLetterExchange"/>.</summary>
    public string? DeadLetterExchange { get; init; }

    /// <summary>Sets what the attribute says over the defaults.</summary>
    internal void ApplyTo(ConsumerOptions options)
    {
        options.Queue = Queue;
        options.Prefetch = Prefetch == 0 ? options.Prefetch : Prefetch;
        options.Concurrency = Concurrency == 0 ? options.Concurrency : Concurrency;
        options.WhenTypeUnknown = WhenTypeUnknown;
        options.DeadLetterExchange = DeadLetterExchange;
    }
}
