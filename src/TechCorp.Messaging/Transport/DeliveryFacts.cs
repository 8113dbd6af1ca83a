using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>What the headers of a delivery say about earlier attempts. Plain code; a header that cannot be read counts as absent.</summary>
internal static class DeliveryFacts
{
    /// <summary>The attempts that consumers of the queue counted before. What another queue counted does not count, nor what is on a dead letter that was moved
    /// back without a redrive.</summary>
    internal static int AttemptsBefore(this Delivery delivery, string queue)
        => delivery.Headers.ContainsKey(MessageHeaders.Reason) || delivery.Headers.GetValueOrDefault(MessageHeaders.OriginalQueue, queue) != queue
            ? 0
            : delivery.Attempts();

    /// <summary>The attempts that its header says.</summary>
    internal static int Attempts(this Delivery delivery) => Count(delivery, MessageHeaders.Attempt);

    /// <summary>How often the broker had delivered it when it was dead-lettered; null when nobody knows.</summary>
    internal static int? Redeliveries(this Delivery delivery)
        => delivery.Headers.ContainsKey(MessageHeaders.Redeliveries) ? Count(delivery, MessageHeaders.Redeliveries) : null;

    internal static int RedriveCount(this Delivery delivery) => Count(delivery, MessageHeaders.RedriveCount);

    /// <summary>The exchange it was first published to, before retry queues and dead-letter queues moved it.</summary>
    internal static string OriginalExchange(this Delivery delivery) => delivery.Headers.GetValueOrDefault(MessageHeaders.OriginalExchange, delivery.Exchange);

    internal static string OriginalRoutingKey(this Delivery delivery)
        => delivery.Headers.GetValueOrDefault(MessageHeaders.OriginalRoutingKey, delivery.RoutingKey);

    private static int Count(Delivery delivery, string header)
        => delivery.Headers.TryGetValue(header, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Math.Min(count, 1_000_000)
            : 0;
}
