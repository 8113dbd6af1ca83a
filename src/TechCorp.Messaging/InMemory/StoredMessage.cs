using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace TechCorp.Messaging;

/// <summary>A message as the broker keeps it: copied from the publisher, immutable, shared by all queues that hold it.</summary>
internal sealed record StoredMessage
{
    private const string FirstDeathReason = "x-first-death-reason";
    private const string FirstDeathQueue = "x-first-death-queue";
    private const string FirstDeathExchange = "x-first-death-exchange";
    private const string LastDeathReason = "x-last-death-reason";
    private const string LastDeathQueue = "x-last-death-queue";
    private const string LastDeathExchange = "x-last-death-exchange";

    internal required ReadOnlyMemory<byte> Body { get; init; }

    internal required string Exchange { get; init; }

    internal required string RoutingKey { get; init; }

    internal required string MessageId { get; init; }

    internal required string Type { get; init; }

    internal required string ContentType { get; init; }

    internal string? CorrelationId { get; init; }

    internal string? AppId { get; init; }

    internal DateTimeOffset? Timestamp { get; init; }

    /// <summary>What consumers get of what few messages carry.</summary>
    internal ForeignProperties? Foreign { get; init; }

    /// <summary>How long it may wait in each queue it is published to; a dead letter has none any more, as on RabbitMQ.</summary>
    internal TimeSpan? Expiration { get; init; }

    internal required ReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The dead-letter history, newest first.</summary>
    internal ImmutableArray<Death> Deaths { get; init; } = [];

    /// <summary>Copies what the publisher may reuse: the body and the headers.</summary>
    internal static StoredMessage From(Message message, Destination destination) => new()
    {
        Body = message.Body.ToArray(),
        Exchange = destination.Exchange ?? "",
        RoutingKey = destination.RoutingKey ?? "",
        MessageId = message.Id,
        Type = message.Type,
        ContentType = message.ContentType,
        CorrelationId = message.CorrelationId,
        AppId = message.AppId,
        Timestamp = WholeSeconds(message.Timestamp),
        Foreign = message.Foreign is { } further ? further with { Expiration = null } : null,
        Expiration = message.Foreign?.Expiration,
        Headers = message.Headers.Count == 0
            ? ReadOnlyDictionary<string, string>.Empty
            : new ReadOnlyDictionary<string, string>(new Dictionary<string, string>(message.Headers, StringComparer.Ordinal)),
    };

    /// <summary>The message as it leaves a queue for its dead-letter exchange.</summary>
    internal StoredMessage DeadLettered(Death death, string exchange, string? routingKey, bool writesLastDeath) => this with
    {
        Exchange = exchange,
        RoutingKey = routingKey ?? RoutingKey,
        Expiration = null,
        Headers = WithDeath(death, writesLastDeath),
        Deaths = Deaths.With(death),
    };

    private ReadOnlyDictionary<string, string> WithDeath(Death death, bool writesLastDeath)
    {
        var isFirst = !Headers.ContainsKey(FirstDeathReason);
        if (!isFirst && !writesLastDeath)
        {
            return Headers;
        }

        var headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal);
        if (isFirst)
        {
            (headers[FirstDeathReason], headers[FirstDeathQueue], headers[FirstDeathExchange]) = (death.Reason, death.Queue, Exchange);
        }

        if (writesLastDeath)
        {
            (headers[LastDeathReason], headers[LastDeathQueue], headers[LastDeathExchange]) = (death.Reason, death.Queue, Exchange);
        }

        return new ReadOnlyDictionary<string, string>(headers);
    }

    // AMQP carries whole seconds.
    private static DateTimeOffset? WholeSeconds(DateTimeOffset? timestamp)
        => timestamp is { } precise ? DateTimeOffset.FromUnixTimeSeconds(precise.ToUnixTimeSeconds()) : null;
}
