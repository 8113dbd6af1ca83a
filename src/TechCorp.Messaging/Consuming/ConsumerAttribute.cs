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
}
