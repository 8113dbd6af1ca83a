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
        AddTypeAndLimits(arguments, queue);
        AddDeadLettering(arguments, queue);
        foreach (var (name, value) in queue.Further.Values)
        {
            arguments[name] = value;
        }

        return arguments;
    }

    private static void AddTypeAndLimits(Dictionary<string, object?> arguments, QueueDeclaration queue)
    {
        if (queue.Kind == QueueKind.Quorum)
        {
            arguments["x-queue-type"] = "quorum"; // a classic queue goes without: its argument differs between broker versions
            AddIfSet(arguments, "x-delivery-limit", (long?)queue.DeliveryLimit);
        }

        AddIfSet(arguments, "x-message-ttl", (long?)queue.MessageTimeToLive?.TotalMilliseconds);
        AddIfSet(arguments, "x-max-length", (long?)queue.MaxLength);
        AddIfSet(arguments, "x-single-active-consumer", queue.SingleActiveConsumer ? true : null);
    }

    private static void AddDeadLettering(Dictionary<string, object?> arguments, QueueDeclaration queue)
    {
        if (queue.DeadLetterExchange is { } exchange)
        {
            arguments["x-dead-letter-exchange"] = exchange;
            AddIfSet(arguments, "x-dead-letter-routing-key", queue.DeadLetterRoutingKey);
        }

        var atLeastOnce = queue.Kind == QueueKind.Quorum && queue.DeadLetterExchange is not null
            && (queue.RejectPublishWhenFull || queue.MaxLength is null);
        AddIfSet(arguments, "x-dead-letter-strategy", atLeastOnce ? "at-least-once" : null);
        AddIfSet(arguments, "x-overflow", atLeastOnce || queue.RejectPublishWhenFull ? "reject-publish" : null);
    }

    private static void AddIfSet(Dictionary<string, object?> arguments, string name, object? value)
    {
        if (value is not null)
        {
            arguments[name] = value;
        }
    }
}
