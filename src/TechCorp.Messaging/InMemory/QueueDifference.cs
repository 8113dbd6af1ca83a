using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>How two declarations of one queue differ, in the broker's words.</summary>
internal static class QueueDifference
{
    /// <summary>Each differing argument with both values; null when there is no difference.</summary>
    internal static string? Describe(QueueDeclaration ours, QueueDeclaration theirs)
    {
        var differences = Arguments(ours).Zip(Arguments(theirs))
            .Where(pair => pair.First.Value != pair.Second.Value)
            .Select(pair => $"{pair.First.Name}: ours {pair.First.Value}, the broker's {pair.Second.Value}")
            .ToList();
        return differences.Count == 0 ? null : string.Join("; ", differences) + ".";
    }

    private static IEnumerable<(string Name, string Value)> Arguments(QueueDeclaration queue) =>
    [
        ("x-queue-type", queue.Kind == QueueKind.Quorum ? "quorum" : "classic"),
        ("x-message-ttl", Text(queue.MessageTimeToLive is { } ttl ? (long)ttl.TotalMilliseconds : null)),
        ("x-dead-letter-exchange", Text(queue.DeadLetterExchange)),
        ("x-dead-letter-routing-key", Text(queue.DeadLetterRoutingKey)),
        ("x-delivery-limit", Text(queue.DeliveryLimit)),
        ("x-max-length", Text(queue.MaxLength)),
        ("x-overflow", queue.Overflow == QueueOverflow.RejectPublish ? "reject-publish" : "drop-head"),
        ("x-single-active-consumer", queue.SingleActiveConsumer ? "true" : "false"),
    ];

    private static string Text(string? value) => value is null ? "none" : $"'{value}'";

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
