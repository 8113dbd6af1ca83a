namespace TechCorp.Messaging;

/// <summary>How one publish differs from the publisher's settings. Immutable.</summary>
public sealed record PublishOptions
{
    /// <summary>The settings of the publisher, unchanged.</summary>
    public static PublishOptions Default { get; } = new();

    /// <summary>How long the whole publish may take, resends included. Default: <see cref="PublisherOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What to do when no queue is bound. Default: <see cref="UnroutableBehavior.Fail"/>.</summary>
    public UnroutableBehavior UnroutableBehavior { get; init; }
}
