using System.Collections.Immutable;
using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The exchanges, queues and bindings that a service needs, as one immutable value. Presets for the
/// common shapes; combined with <see cref="Add(Topology)"/>.</summary>
/// <remarks>Safe to share between threads. Declaring is idempotent: the same value may be declared by any number of instances.</remarks>
[DebuggerDisplay("{ExchangesByName.Count} exchanges, {QueuesByName.Count} queues, {BindingSet.Count} bindings")]
public sealed class Topology
{
    /// <summary>The exchange that dead letters go through, unless <see cref="QueueDeclaration.DeadLetterExchange"/>,
    /// <see cref="MessagingBuilder.UseDeadLetterExchange"/> or <see cref="ConsumerOptions.DeadLetterExchange"/> names another.</summary>
    public const string DeadLetterExchange = "dlx";

    internal const int MostBroadcastBytes = 180; // of 255: the broker's name of the queue has the process's id behind it

    internal Topology(ImmutableDictionary<string, ExchangeDeclaration> exchanges, ImmutableDictionary<string, QueueDeclaration> queues,
        ImmutableHashSet<BindingDeclaration> bindings)
    {
        ExchangesByName = exchanges;
        QueuesByName = queues;
        BindingSet = bindings;
    }

    /// <summary>Nothing at all.</summary>
    public static Topology Empty { get; } = new(
        ImmutableDictionary.Create<string, ExchangeDeclaration>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, QueueDeclaration>(StringComparer.Ordinal),
        []);

    /// <summary>The exchanges, in no order.</summary>
    internal IEnumerable<ExchangeDeclaration> Exchanges => ExchangesByName.Values;

    /// <summary>The queues, in no order.</summary>
    public IEnumerable<QueueDeclaration> Queues => QueuesByName.Values;

    /// <summary>The bindings, in no order.</summary>
    internal IEnumerable<BindingDeclaration> Bindings => BindingSet;

    internal ImmutableDictionary<string, ExchangeDeclaration> ExchangesByName { get; }

    internal ImmutableDictionary<string, QueueDeclaration> QueuesByName { get; }

    internal ImmutableHashSet<BindingDeclaration> BindingSet { get; }

    /// <summary>With one more exchange, which is durable.</summary>
    /// <param name="name">At most 255 bytes of UTF-8.</param>
    /// <param name="kind">How it routes.</param>
    /// <exception cref="ArgumentException">The topology has the name with another kind.</exception>
    public Topology AddExchange(string name, ExchangeKind kind) => Add(new ExchangeDeclaration(name, kind));

    /// <summary>With one more binding.</summary>
    /// <param name="exchange">Where messages come from.</param>
    /// <param name="queue">Where they go.</param>
    /// <param name="routingKey">The key or pattern; empty for fanout.</param>
    /// <exception cref="ArgumentException">The key is over 255 bytes of UTF-8.</exception>
    public Topology AddBinding(string exchange, string queue, string routingKey = "") => Add(new BindingDeclaration(exchange, queue, routingKey));

    internal Topology Add(ExchangeDeclaration exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentException.ThrowIfNullOrEmpty(exchange.Name);
        AmqpName.Check(exchange.Name, nameof(exchange));
        if (ExchangesByName.TryGetValue(exchange.Name, out var declared) && declared != exchange)
        {
            throw new ArgumentException($"Exchange '{exchange.Name}' is declared twice: {declared.Kind} and {exchange.Kind}.", nameof(exchange));
        }

        return new Topology(ExchangesByName.SetItem(exchange.Name, exchange), QueuesByName, BindingSet);
    }

    /// <summary>With one more queue.</summary>
    /// <exception cref="ArgumentException">The topology has the name with other arguments.</exception>
    public Topology Add(QueueDeclaration queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (QueuesByName.TryGetValue(queue.Name, out var declared) && declared != queue)
        {
            throw new ArgumentException($"Queue '{queue.Name}' is declared twice with different arguments: {declared} and {queue}.", nameof(queue));
        }

        return new Topology(ExchangesByName, QueuesByName.SetItem(queue.Name, queue), BindingSet);
    }

    internal Topology Add(BindingDeclaration binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        AmqpName.Check(binding.RoutingKey, nameof(binding));
        return new Topology(ExchangesByName, QueuesByName, BindingSet.Add(binding));
    }

    /// <summary>With everything of another topology.</summary>
    /// <exception cref="ArgumentException">Both declare the same name differently.</exception>
    public Topology Add(Topology other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var sum = other.Exchanges.Aggregate(this, (topology, exchange) => topology.Add(exchange));
        sum = other.Queues.Aggregate(sum, (topology, queue) => topology.Add(queue));
        return other.Bindings.Aggregate(sum, (topology, binding) => topology.Add(binding));
    }

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
    /// <param name="bindings">Patterns and queues: <c>*</c> is exactly one word, <c>#</c> any number; <c>notification.email.*</c> does not match
    /// <c>notification.email.order.confirmed</c>.</param>
    public static Topology Topic(string exchange, params ReadOnlySpan<(string Pattern, string Queue)> bindings)
    {
        var topology = Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic));
        foreach (var (pattern, queue) in bindings)
        {
            topology = topology.Add(WorkQueue(queue)).Add(new BindingDeclaration(exchange, queue, pattern));
        }

        return topology;
    }

    /// <summary>Broadcast: every process gets every message, in a separate queue that the broker deletes with the process's connection. For what each
    /// instance keeps in memory: cache invalidation, feature switches.</summary>
    /// <param name="exchange">The exchange; fanout, or topic where there is a pattern.</param>
    /// <param name="pattern">The routing keys that each process gets, where the exchange is a topic exchange. Default: null, a fanout exchange.</param>
    /// <remarks>
    /// Handlers name the queue <see cref="BroadcastQueueOf"/>; the broker's name of it has the process's id behind that. It is exclusive and auto-deleted:
    /// after the end of the process nothing is left. Messages that are published while a process is not connected, or has paused the consumer, never
    /// reach it: at most once. There is no retry queue and no dead-letter queue; what a handler fails at is logged, counted
    /// (<see cref="ConsumerStatus.Discarded"/>) and dropped.
    /// </remarks>
    /// <exception cref="ArgumentException">The name is empty or over 170 bytes of UTF-8.</exception>
    public static Topology Broadcast(string exchange, string? pattern = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(exchange);
        var queue = BroadcastQueueOf(exchange);
        if (System.Text.Encoding.UTF8.GetByteCount(queue) > MostBroadcastBytes)
        {
            throw new ArgumentException($"The exchange of a broadcast has at most {MostBroadcastBytes - ".broadcast".Length} bytes of UTF-8; "
                + $"'{exchange[..64]}…' has more.", nameof(exchange));
        }

        return Empty.Add(new ExchangeDeclaration(exchange, pattern is null ? ExchangeKind.Fanout : ExchangeKind.Topic))
            .Add(new QueueDeclaration(queue) { Kind = QueueKind.Classic, IsExclusive = true })
            .Add(new BindingDeclaration(exchange, queue, pattern ?? ""));
    }

    /// <summary>The name that handlers and configuration have for the queue of <see cref="Broadcast"/>: <c>cache.invalidation.broadcast</c>.</summary>
    public static string BroadcastQueueOf(string exchange) => exchange + ".broadcast";

    /// <summary>A work queue: one quorum queue with its dead-letter queue <c>&lt;queue&gt;.dlq</c> behind the exchange <c>dlx</c>.</summary>
    public static Topology WorkQueue(string queue) => WorkQueue(new QueueDeclaration(queue));

    /// <summary>A work queue with the given settings (kind, limits, time to live) and its dead-letter queue
    /// <c>&lt;queue&gt;.dlq</c> behind the exchange <c>dlx</c>, or behind the queue's <see cref="QueueDeclaration.DeadLetterExchange"/>.</summary>
    /// <remarks>
    /// On a quorum queue dead-lettering is at least once: the queue refuses publishes when full. Where no delivery limit is given it is 100: a quorum
    /// queue without one puts requeued messages (at a pause, at a stop) behind all others before RabbitMQ 4.0, and has a limit of 20 since. The dead-letter
    /// queue's limit is 1,000,000,000, which is none in practice: each peek at a dead letter counts.
    /// See <see href="https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling"/>.
    /// </remarks>
    public static Topology WorkQueue(QueueDeclaration queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var deadLetters = DeadLetterQueueOf(queue.Name);
        var exchange = string.IsNullOrEmpty(queue.DeadLetterExchange) ? DeadLetterExchange : queue.DeadLetterExchange;
        return Empty
            .Add(new ExchangeDeclaration(exchange, ExchangeKind.Direct))
            .Add(queue with
            {
                DeadLetterExchange = exchange,
                DeadLetterRoutingKey = deadLetters,
                RejectPublishWhenFull = true,
                DeliveryLimit = queue.DeliveryLimit ?? (queue.Kind == QueueKind.Quorum ? DeliveryLimits.OfWorkQueue : null),
            })
            .Add(DeadLetterQueue(queue.Name, queue.Kind))
            .Add(new BindingDeclaration(exchange, deadLetters, deadLetters));
    }

    /// <summary>The queue that holds the dead letters of another one: looking at them gives each back to the broker, which counts that.</summary>
    internal static QueueDeclaration DeadLetterQueue(string queue, QueueKind kind)
        => new(DeadLetterQueueOf(queue)) { Kind = kind, DeliveryLimit = DeliveryLimits.UnboundedFor(kind) };

    /// <summary>The name of a queue's dead-letter queue: <c>orders.process.dlq</c>.</summary>
    public static string DeadLetterQueueOf(string queue) => queue + ".dlq";

    /// <summary>The queue with the records of isolated attempts.</summary>
    internal static string IsolatedQueueOf(string queue) => queue + ".isolated";

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
            DeliveryLimit = DeliveryLimits.UnboundedFor(kind),
            RejectPublishWhenFull = true,
        }));
    }

    /// <summary>The exchanges and queues in which messages with a <see cref="Message.Delay"/> wait for a destination: <c>&lt;exchange&gt;.delay.1s</c>,
    /// <c>2s</c>, <c>4s</c> and so on, for a queue <c>&lt;queue&gt;.queue-delay.1s</c>.</summary>
    /// <remarks>A service that may declare needs none of this: the first delayed publish declares it. Others declare it ahead, for the longest delay.</remarks>
    /// <param name="destination">Where the messages go; all keys of one exchange share its ladder.</param>
    /// <param name="longest">The longest delay: over 0, at most 48 days.</param>
    /// <exception cref="ArgumentException">The delay is out of its range, or a name would be over 255 bytes.</exception>
    public static Topology DelayLadder(Destination destination, TimeSpan longest)
        => MessageLimits.Delay(longest) is { } delay
            ? DelaySteps.To(destination, DelaySteps.Largest(DelaySteps.Of(destination, delay)))
            : throw new ArgumentException("The longest delay must be over 0.", nameof(longest));

    /// <summary>The name of a queue in which messages wait: <c>orders.process.retry.1s</c>, <c>orders.process.retry.250ms</c>.</summary>
    public static string RetryQueueOf(string queue, TimeSpan delay)
        => delay.Ticks % TimeSpan.TicksPerSecond == 0 ? $"{queue}.retry.{(long)delay.TotalSeconds}s" : $"{queue}.retry.{(long)delay.TotalMilliseconds}ms";

    /// <summary>Only these queues, with their bindings and the exchanges of those.</summary>
    internal Topology Around(IEnumerable<string> queues)
    {
        var names = queues.ToHashSet(StringComparer.Ordinal);
        var bindings = BindingSet.Where(binding => names.Contains(binding.Queue)).ToList();
        return new Topology(
            ExchangesByName.RemoveRange(ExchangesByName.Keys.Except(bindings.Select(binding => binding.Exchange))),
            QueuesByName.RemoveRange(QueuesByName.Keys.Except(names)),
            [.. bindings]);
    }

    /// <summary>What in this topology does harm although the broker may accept it, the worst first. The broker is not asked; each
    /// argument lets it find more.</summary>
    /// <param name="events">The names of all known events, which by convention are their routing keys too.</param>
    /// <param name="destinations">Where the service publishes.</param>
    /// <param name="consumers">The queues that are consumed, and the prefetch of each.</param>
    /// <param name="brokerVersion">The broker's version. Without it what any version does is found, but no argument is too new or too old.</param>
    public IReadOnlyList<TopologyFinding> Lint(IReadOnlyCollection<string>? events = null, IReadOnlyCollection<Destination>? destinations = null,
        IReadOnlyDictionary<string, int>? consumers = null, Version? brokerVersion = null)
    {
        var usage = new TopologyUsage { BrokerVersion = brokerVersion };
        usage = events is null ? usage : usage with { Events = events };
        usage = destinations is null ? usage : usage with { Destinations = destinations };
        return FindingsFor(consumers is null ? usage : usage with { Consumers = consumers });
    }

    internal IReadOnlyList<TopologyFinding> FindingsFor(TopologyUsage usage)
    {
        var context = new LintContext(this, usage);
        return
        [
            .. QueueRules.All.Concat(ArgumentRules.All).Concat(DeadLetterRules.All).Concat(BindingRules.All)
                .SelectMany(rule => rule(context))
                .OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.Subject, StringComparer.Ordinal)
                .ThenBy(finding => finding.Rule, StringComparer.Ordinal),
        ];
    }
}
