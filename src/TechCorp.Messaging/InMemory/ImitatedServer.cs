namespace TechCorp.Messaging;

/// <summary>What differs between the versions of RabbitMQ that the broker imitates: 3.10, 4.0 and 4.3, each until the next. Guarded by the broker's
/// lock.</summary>
/// <remarks>Not imitated: from 4.0 on, a dead letter may arrive with the mark and the counts of deliveries of the queue that it left.</remarks>
internal sealed class ImitatedServer(Version version)
{
    private const int LimitWhenNoneIsGiven = 20;
    private static readonly Version FreeRequeue = new(4, 3);

    internal static Version Oldest { get; } = new(3, 10);

    internal static Version Newest { get; } = new(4, 3);

    internal Version Version { get; set; } = version;

    /// <summary>From 4.0 on a dead letter says where it died last, beside where it died first.</summary>
    internal bool WritesLastDeath => IsFrom4;

    /// <summary>Whether a message that a consumer requeued counts against the delivery limit. From 4.3 on only lost ones do.</summary>
    internal bool CountsRequeued => Version < FreeRequeue;

    private bool IsFrom4 => Version.Major >= 4;

    /// <summary>The server's refusal of a binding, in its words; null where it takes it.</summary>
    internal string? RefusalOf(ExchangeDeclaration exchange, BindingDeclaration binding)
        => exchange.Kind == ExchangeKind.Topic && Version >= TopicPattern.BoundedSince
            && TopicPattern.CountMany(binding.RoutingKey) is > TopicPattern.MostMany and var many
            ? $"PRECONDITION_FAILED - Topic binding key '{binding.RoutingKey}' uses {many} '#' wildcards, at most {TopicPattern.MostMany} are allowed"
            : null;

    /// <summary>What is wrong with a version; null when it can be imitated.</summary>
    internal static string? ProblemOf(Version? version) => version is null || version < Oldest
        ? $"must be the version of a RabbitMQ server, {Oldest} or later, like {Newest}; it is '{version}'."
        : null;

    /// <summary>How many times a message may come back to a queue; null for no limit, negative for never.</summary>
    internal int? DeliveryLimitOf(QueueDeclaration queue) => queue switch
    {
        { Kind: not QueueKind.Quorum } => null,
        { DeliveryLimit: null } => IsFrom4 ? LimitWhenNoneIsGiven : null,
        { DeliveryLimit: < 0 } when IsFrom4 => null,
        _ => queue.DeliveryLimit,
    };

    /// <summary>Whether a requeued message goes behind all others: in a quorum queue without a limit, until 4.3.</summary>
    internal bool RequeuesToTheEnd(QueueDeclaration queue) => queue.Kind == QueueKind.Quorum && Version < FreeRequeue && DeliveryLimitOf(queue) is null;
}
