using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>What the headers of a delivery say about earlier attempts. Plain code; a header that cannot be read counts as absent.</summary>
internal static class DeliveryFacts
{
    internal static int AttemptsBefore(this Delivery delivery) => Count(delivery, MessageHeaders.Attempt);

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
