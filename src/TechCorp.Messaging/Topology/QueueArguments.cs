namespace TechCorp.Messaging;

/// <summary>A queue declaration as the arguments that RabbitMQ understands.</summary>
/// <remarks>
/// Dead-lettering of a quorum queue is made at least once wherever that is harmless: where the queue refuses publishes when full, or has no limit
/// it could be full at. The broker ignores the strategy without <c>reject-publish</c>, silently, so the two go together.
/// See <see href="https://www.rabbitmq.com/docs/quorum-queues#dead-lettering"/>.
/// </remarks>
internal static class QueueArguments
{
    /// <summary>The property that an argument is set by; null when there is none.</summary>
    internal static string? PropertyOf(string argument) => argument switch
    {
        "x-queue-type" => nameof(QueueDeclaration.Kind),
        "x-message-ttl" => nameof(QueueDeclaration.MessageTimeToLive),
        "x-dead-letter-exchange" => nameof(QueueDeclaration.DeadLetterExchange),
        "x-dead-letter-routing-key" => nameof(QueueDeclaration.DeadLetterRoutingKey),
        "x-delivery-limit" => nameof(QueueDeclaration.DeliveryLimit),
        "x-max-length" => nameof(QueueDeclaration.MaxLength),
        "x-overflow" => nameof(QueueDeclaration.RejectPublishWhenFull),
        "x-single-active-consumer" => nameof(QueueDeclaration.SingleActiveConsumer),
        _ => null,
    };

    internal static Dictionary<string, object?> Of(QueueDeclaration queue)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        var quorum = queue.Kind == QueueKind.Quorum;
        if (quorum)
        {
            arguments["x-queue-type"] = "quorum"; // a classic queue goes without: its argument differs between broker versions
        }

        if (queue.MessageTimeToLive is { } timeToLive)
        {
            arguments["x-message-ttl"] = (long)timeToLive.TotalMilliseconds;
        }

        if (queue.DeadLetterExchange is { } exchange)
        {
            arguments["x-dead-letter-exchange"] = exchange;
            if (queue.DeadLetterRoutingKey is { } key)
            {
                arguments["x-dead-letter-routing-key"] = key;
            }
        }

        if (queue.MaxLength is { } length)
        {
            arguments["x-max-length"] = (long)length;
        }

        var atLeastOnce = quorum && queue.DeadLetterExchange is not null && (queue.RejectPublishWhenFull || queue.MaxLength is null);
        if (atLeastOnce)
        {
            arguments["x-dead-letter-strategy"] = "at-least-once";
        }

        if (atLeastOnce || queue.RejectPublishWhenFull)
        {
            arguments["x-overflow"] = "reject-publish";
        }

        if (quorum && queue.DeliveryLimit is { } limit)
        {
            arguments["x-delivery-limit"] = (long)limit;
        }

        if (queue.SingleActiveConsumer)
        {
            arguments["x-single-active-consumer"] = true;
        }

        foreach (var (name, value) in queue.Further.Values)
        {
            arguments[name] = value;
        }

        return arguments;
    }
}
