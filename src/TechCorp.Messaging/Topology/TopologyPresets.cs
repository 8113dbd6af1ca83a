namespace TechCorp.Messaging;

public sealed partial class Topology
{
    /// <summary>The exchange that dead letters go through, as the seed names it.</summary>
    public const string DeadLetterExchange = "dlx";

    private const int QuorumDeliveryLimit = 100; // far above what a consumer's RedeliveryLimit lets happen

    /// <summary>Publish-subscribe: every queue gets every message. Queues are quorum queues, each with its dead-letter queue.</summary>
    public static Topology Fanout(string exchange, params ReadOnlySpan<string> queues)
    {
        var topology = Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout));
        foreach (var queue in queues)
        {
            topology = topology.Add(WorkQueue(queue)).Add(new BindingDeclaration(exchange, queue, ""));
        }

        return topology;
    }

    /// <summary>Topic routing: each queue gets what its pattern matches. Queues are quorum queues, each with its dead-letter queue.</summary>
    /// <param name="exchange">The topic exchange.</param>
    /// <param name="bindings">Patterns and queues: <c>*</c> is exactly one word, <c>#</c> any number; <c>notification.email.*</c> does not match <c>notification.email.order.confirmed</c>.</param>
    public static Topology Topic(string exchange, params ReadOnlySpan<(string Pattern, string Queue)> bindings)
    {
        var topology = Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic));
        foreach (var (pattern, queue) in bindings)
        {
            topology = topology.Add(WorkQueue(queue)).Add(new BindingDeclaration(exchange, queue, pattern));
        }

        return topology;
    }

    /// <summary>A work queue: one quorum queue with its dead-letter queue <c>&lt;queue&gt;.dlq</c> behind the exchange <c>dlx</c>.</summary>
    public static Topology WorkQueue(string queue) => WorkQueue(new QueueDeclaration(queue));

    /// <summary>A work queue with settings of its own (kind, limits, time to live) and its dead-letter queue <c>&lt;queue&gt;.dlq</c> behind the exchange <c>dlx</c>.</summary>
    /// <remarks>
    /// On a quorum queue dead-lettering is at least once: the queue refuses publishes when full. Where no delivery limit is given it is 100: a quorum
    /// queue without one puts what is given back (at a pause, at a stop) behind everything else, and the order is lost.
    /// See <see href="https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling"/>.
    /// </remarks>
    public static Topology WorkQueue(QueueDeclaration queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var deadLetters = DeadLetterQueueOf(queue.Name);
        return Empty
            .Add(new ExchangeDeclaration(DeadLetterExchange, ExchangeKind.Direct))
            .Add(queue with
            {
                DeadLetterExchange = DeadLetterExchange,
                DeadLetterRoutingKey = deadLetters,
                Overflow = QueueOverflow.RejectPublish,
                DeliveryLimit = queue.DeliveryLimit ?? (queue.Kind == QueueKind.Quorum ? QuorumDeliveryLimit : null),
            })
            .Add(new QueueDeclaration(deadLetters) { Kind = queue.Kind })
            .Add(new BindingDeclaration(DeadLetterExchange, deadLetters, deadLetters));
    }

    /// <summary>The name of a queue's dead-letter queue: <c>orders.process.dlq</c>.</summary>
    public static string DeadLetterQueueOf(string queue) => queue + ".dlq";

    /// <summary>The queues in which messages wait for a delayed attempt: <c>&lt;queue&gt;.retry.1s</c>, one for each different delay.</summary>
    public static Topology RetryLadder(string queue, DeliveryPolicy policy, QueueKind kind = QueueKind.Quorum)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.Delays.Distinct().Aggregate(Empty, (topology, delay) => topology.Add(new QueueDeclaration(RetryQueueOf(queue, delay))
        {
            Kind = kind,
            MessageTimeToLive = delay,
            DeadLetterExchange = "",
            DeadLetterRoutingKey = queue,
            Overflow = QueueOverflow.RejectPublish,
        }));
    }

    /// <summary>The name of a queue in which messages wait: <c>orders.process.retry.1s</c>, <c>orders.process.retry.250ms</c>.</summary>
    public static string RetryQueueOf(string queue, TimeSpan delay)
        => delay.Ticks % TimeSpan.TicksPerSecond == 0 ? $"{queue}.retry.{(long)delay.TotalSeconds}s" : $"{queue}.retry.{(long)delay.TotalMilliseconds}ms";
}
