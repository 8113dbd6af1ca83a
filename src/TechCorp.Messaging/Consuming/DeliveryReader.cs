using System.Text.Json;

namespace TechCorp.Messaging;

/// <summary>Finds out what a delivery is: its type, its handler, its context.</summary>
internal sealed class DeliveryReader(ConsumerPlan plan)
{
    /// <summary>The handler of the delivery's type, or why there is none.</summary>
    internal (HandlerInvoker? Invoker, AttemptResult Otherwise) FindHandler(Delivery delivery)
    {
        string? type;
        try
        {
            type = TypeOf(delivery);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, AttemptResult.Unhandleable(DeadLetterReason.Unreadable, "", exception));
        }

        if (string.IsNullOrEmpty(type))
        {
            return (null, AttemptResult.Unhandleable(DeadLetterReason.NoType, $"The message says no type; queue '{plan.Queue}' takes it from {plan.Options.TypeFrom.Describe()}."));
        }

        return plan.Handlers.Find(type) is { } invoker
            ? (invoker, default)
            : (null, AttemptResult.Unhandleable(DeadLetterReason.UnknownType, $"Queue '{plan.Queue}' has no handler for '{type}'; it has some for {string.Join(", ", plan.Handlers.WireNames.Order(StringComparer.Ordinal))}."));
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
        ReplayCount = delivery.ReplayCount(),
        Redelivered = delivery.Redelivered,
        Timestamp = delivery.Timestamp,
        CorrelationId = NullIfEmpty(delivery.CorrelationId),
        ContentType = NullIfEmpty(delivery.ContentType),
        Headers = delivery.Headers,
        Body = delivery.Body,
    };

    /// <summary>What must stay in order with what; null where nothing must.</summary>
    internal string? OrderingKeyOf(Delivery delivery)
        => plan.Options.OrderingKey?.Invoke(ContextOf(delivery, delivery.Type ?? "", delivery.AttemptsBefore() + 1));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private string? IdOf(Delivery delivery)
        => NullIfEmpty(delivery.MessageId) ?? (plan.Options.MissingMessageId == MissingMessageId.FromBodyHash ? BodyHash.Of(delivery.Body.Span) : null);

    private string? TypeOf(Delivery delivery)
        => NullIfEmpty(delivery.Type)
            ?? plan.FixedWireName
            ?? (plan.Options.TypeFrom.Json is { } property ? JsonTypeReader.Read(delivery.Body.Span, property) : null);
}
