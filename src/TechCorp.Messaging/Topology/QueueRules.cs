using Microsoft.Extensions.Logging;
using static Microsoft.Extensions.Logging.LogLevel;

namespace TechCorp.Messaging;

/// <summary>What is wrong with a queue by itself.</summary>
internal static class QueueRules
{
    internal static IEnumerable<Func<LintContext, IEnumerable<TopologyFinding>>> All
    => [
        ReservedName, UnlimitedDeliveries, DeliveryLimitOnClassic, DeliveryLimitWithoutDeadLetters, NoDeliveryLimit,
        DropsSilently, HoldsNothing, ExpiresAtOnce, Expires, UnlimitedPrefetch, BroadcastToNobody,
    ];

    private static IEnumerable<TopologyFinding> Where(LintContext context, Func<QueueDeclaration, bool> condition, string rule, LogLevel severity, string harm,
        string remedy)
        => context.Queues.Where(condition).Select(queue => new TopologyFinding(rule, severity, TopologyNames.Of(queue), harm, remedy));

    private static IEnumerable<TopologyFinding> ReservedName(LintContext context)
        => context.Queues.Where(queue => LintContext.IsReserved(queue.Name)).Select(TopologyNames.Of)
            .Concat(context.Topology.Exchanges.Where(exchange => LintContext.IsReserved(exchange.Name)
                && context.KindOf(exchange.Name) != PredeclaredKind(exchange)).Select(TopologyNames.Of))
            .Select(subject => new TopologyFinding("reserved-name", Error, subject,
                "Names that begin with 'amq.' are the broker's own; declaring it is refused.", "Choose another name."));

    private static ExchangeKind? PredeclaredKind(ExchangeDeclaration exchange)
        => exchange.Name is "amq.topic" or "amq.fanout" or "amq.direct" ? exchange.Kind : null;

    private static IEnumerable<TopologyFinding> UnlimitedDeliveries(LintContext context) => Where(
        context, queue => context.BeforeVersion4 && queue is { Kind: QueueKind.Quorum, DeliveryLimit: < 0 },
        "unlimited-delivery-limit", Error, "Before RabbitMQ 4.0 a negative delivery limit is not 'unlimited': the first requeued message is treated as poison.",
        "Leave the limit out, or name a positive one.");

    private static IEnumerable<TopologyFinding> DeliveryLimitOnClassic(LintContext context) => Where(
        context, queue => queue is { Kind: QueueKind.Classic, DeliveryLimit: not null },
        "delivery-limit-on-classic", Warning, "A classic queue counts no deliveries: a message that kills its consumer is redelivered forever.",
        "Take a quorum queue.");

    private static IEnumerable<TopologyFinding> DeliveryLimitWithoutDeadLetters(LintContext context) => Where(
        context, queue => queue is { Kind: QueueKind.Quorum, DeliveryLimit: >= 0 and < DeliveryLimits.Unbounded, DeadLetterExchange: null },
        "delivery-limit-without-dead-letters", Error, "A message over the delivery limit is dropped without a trace.",
        "Name a dead-letter exchange, as Topology.WorkQueue does.");

    private static IEnumerable<TopologyFinding> NoDeliveryLimit(LintContext context) => Where(
        context, queue => queue is { Kind: QueueKind.Quorum, DeliveryLimit: null, DeadLetterExchange: null },
        "no-delivery-limit", context.Usage.BrokerVersion is { Major: < 4 } ? Information : Warning,
        "Without a delivery limit it has one of 20 from RabbitMQ 4.0 on: a message that came back 20 times is dropped without a trace.",
        "Name a dead-letter exchange, as Topology.WorkQueue does, or a DeliveryLimit of 1,000,000,000, which is never reached.");

    private static IEnumerable<TopologyFinding> DropsSilently(LintContext context) => Where(
        context, queue => queue is { MaxLength: not null, RejectPublishWhenFull: false, DeadLetterExchange: null },
        "drops-when-full", Warning, "When it is full, confirmed messages are dropped without a trace, the oldest first.",
        "Refuse publishes (QueueOverflow.RejectPublish), or name a dead-letter exchange.");

    private static IEnumerable<TopologyFinding> HoldsNothing(LintContext context) => Where(
        context, queue => queue.MaxLength is <= 0,
        "holds-nothing", Error, "With a length of 0 it takes no message; a negative one is refused.", "Name a positive length, or none.");

    private static IEnumerable<TopologyFinding> ExpiresAtOnce(LintContext context) => Where(
        context, queue => queue.MessageTimeToLive is { TotalMilliseconds: < 1 },
        "expires-at-once", Error, "The broker counts whole milliseconds: each message expires as it arrives, unless a consumer waits for it.",
        "Name a time to live of at least 1 ms, or none.");

    private static IEnumerable<TopologyFinding> Expires(LintContext context) => Where(
        context, queue => queue.Further.Values.ContainsKey("x-expires"),
        "queue-expires", Warning, "With 'x-expires' the broker deletes the queue, with its messages, when it was not used for that long.",
        "Leave it out: a service that is down longer loses everything; limit the messages with a time to live.");

    private static IEnumerable<TopologyFinding> BroadcastToNobody(LintContext context) => Where(
        context, queue => queue.IsExclusive && context.Usage.Consumers.Count > 0 && !context.Usage.Consumers.ContainsKey(queue.Name),
        "broadcast-not-consumed", Warning, "No handler of this process consumes its own broadcast queue: it fills until the process ends.",
        "Consume it, or leave the broadcast out of this service's topology.");

    private static IEnumerable<TopologyFinding> UnlimitedPrefetch(LintContext context)
        => context.Usage.Consumers.Where(consumer => consumer.Value == 0).Select(consumer => new TopologyFinding(
            "unlimited-prefetch", Error, $"consumer of queue '{consumer.Key}'",
            "A prefetch of 0 is no limit: the broker sends the whole queue into the memory of one consumer.", "Name a prefetch; 16 is the default."));
}
