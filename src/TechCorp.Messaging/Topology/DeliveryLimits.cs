namespace TechCorp.Messaging;

/// <summary>The delivery limits that quorum queues are declared with. Never none: RabbitMQ 4 gives such a queue a limit of 20 and drops what exceeds it, and -1
/// is "unlimited" there and "none at all" before.</summary>
/// <remarks>See <see href="https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling"/>.</remarks>
internal static class DeliveryLimits
{
    /// <summary>Far above what a consumer's RedeliveryLimit lets happen.</summary>
    internal const int OfWorkQueue = 100;

    /// <summary>Means the same on every version: no limit in practice.</summary>
    internal const int Unbounded = 1_000_000_000;

    internal static int? UnboundedFor(QueueKind kind) => kind == QueueKind.Quorum ? Unbounded : null;

    /// <summary>The declaration without the limit that stands for none, as it was made before that limit was; null where it has another one.</summary>
    /// <remarks>The arguments of a queue cannot be changed, so a service has to accept what an earlier version declared.</remarks>
    internal static QueueDeclaration? WithoutUnbounded(QueueDeclaration queue)
        => queue is { Kind: QueueKind.Quorum, DeliveryLimit: Unbounded } ? queue with { DeliveryLimit = null } : null;
}
