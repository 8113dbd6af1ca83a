using System.Text.Json;

namespace TechCorp.Messaging;

/// <summary>Finds the handler of a delivery by its wire name, and makes the context that the handler sees.</summary>
internal sealed class DeliveryResolver(ConsumerPlan plan)
{
    /// <summary>The handler of the delivery's type; without one, the outcome that says why.</summary>
    internal (BoundHandler? Handler, AttemptOutcome Otherwise) FindHandler(Delivery delivery)
    {
        string? type;
        try
        {
            type = TypeOf(delivery);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, AttemptOutcome.Unhandleable(DeadLetterReason.Unreadable, exception));
        }

        if (string.IsNullOrEmpty(type))
        {
            return Unhandleable(DeadLetterReason.NoType, $"The message names no type; queue '{plan.Queue}' takes it from {plan.Options.DescribeTypeSource()}.");
        }

        return plan.Handlers.TryGetValue(type, out var handler)
            ? (handler, default)
            : Unhandleable(DeadLetterReason.UnknownType,
                $"Queue '{plan.Queue}' has no handler for '{type}'; it has handlers for "
                + $"{string.Join(", ", plan.Handlers.Keys.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>The context of an attempt.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="type">The wire name.</param>
    /// <param name="attempt">Which attempt it is, from 1, over all deliveries.</param>
    internal MessageContext ContextOf(Delivery delivery, string type, int attempt) => new()
    {
        MessageId = IdOf(delivery),
        Type = type,
        Queue = plan.Queue,
        Exchange = delivery.OriginalExchange(),
        RoutingKey = delivery.OriginalRoutingKey(),
        Attempt = attempt,
        RedriveCount = delivery.RedriveCount(),
        Redelivered = delivery.Redelivered,
        Redeliveries = plan.RedeliveriesOf(delivery) is { } redeliveries ? (int)Math.Min(redeliveries, int.MaxValue) : null,
        Timestamp = delivery.Timestamp,
        CorrelationId = NullIfEmpty(delivery.CorrelationId),
        ContentType = NullIfEmpty(delivery.ContentType),
        Headers = delivery.Headers,
        Body = delivery.Body,
    };

    /// <summary>The key whose messages are handled in order; null where the order does not matter.</summary>
    internal string? OrderingKeyOf(Delivery delivery)
        => plan.Options.OrderingKey?.Invoke(ContextOf(delivery, delivery.Type ?? "", delivery.AttemptsBefore(plan.Queue) + 1));

    private static (BoundHandler? Handler, AttemptOutcome Otherwise) Unhandleable(string reason, string text)
        => (null, AttemptOutcome.Unhandleable(reason, new PermanentFailureException(text)));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private string? IdOf(Delivery delivery)
        => NullIfEmpty(delivery.MessageId) ?? (plan.Options.MessageIdFromBodyHash ? BodyHash.Of(delivery.Body.Span) : null);

    private string? TypeOf(Delivery delivery)
        => NullIfEmpty(delivery.Type)
            ?? (plan.Options.JsonTypeProperty is { } property ? NullIfEmpty(JsonTypeReader.Read(delivery.Body.Span, property)) : null)
            ?? plan.Options.DefaultType;
}
