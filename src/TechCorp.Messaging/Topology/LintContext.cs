namespace TechCorp.Messaging;

/// <summary>What a lint rule examines.</summary>
internal sealed record LintContext(Topology Topology, TopologyUsage Usage)
{
    private const string ReservedPrefix = "amq.";

    internal bool BeforeVersion4 => Usage.BrokerVersion is not { Major: >= 4 };

    internal IEnumerable<QueueDeclaration> Queues => Topology.Queues;

    internal static bool IsReserved(string name) => name.StartsWith(ReservedPrefix, StringComparison.Ordinal);

    /// <summary>Whether it is a step of a delay, whose messages keep the key that they are published with, by whomever.</summary>
    internal bool IsDelayStep(QueueDeclaration queue) => Topology.Bindings.Any(binding => binding.Queue == queue.Name && DelaySteps.IsOne(binding));

    internal bool HasQueue(string name) => Topology.QueuesByName.ContainsKey(name) || Usage.Consumers.ContainsKey(name);

    internal bool HasExchange(string name) => name.Length == 0 || IsReserved(name) || Topology.ExchangesByName.ContainsKey(name);

    internal IEnumerable<BindingDeclaration> BindingsOf(string exchange) => Topology.Bindings.Where(binding => binding.Exchange == exchange);

    /// <summary>How an exchange routes; null when it is not known here.</summary>
    internal ExchangeKind? KindOf(string exchange) => exchange switch
    {
        "amq.topic" => ExchangeKind.Topic,
        "amq.fanout" => ExchangeKind.Fanout,
        "amq.direct" => ExchangeKind.Direct,
        _ => Topology.ExchangesByName.GetValueOrDefault(exchange)?.Kind,
    };

    internal bool Passes(BindingDeclaration binding, string routingKey) => KindOf(binding.Exchange) switch
    {
        ExchangeKind.Topic => new TopicPattern(binding.RoutingKey).Matches(routingKey),
        ExchangeKind.Direct => binding.RoutingKey == routingKey,
        _ => true,
    };

    /// <summary>The queues that get the dead letters of a queue. Without a dead-letter routing key they keep the message's,
    /// which may be any that led there.</summary>
    internal IEnumerable<string> DeadLetterTargets(QueueDeclaration queue) => (queue.DeadLetterExchange, queue.DeadLetterRoutingKey) switch
    {
        (null, _) => [],
        ("", null) when IsDelayStep(queue) => [],
        ("", var key) => HasQueue(key ?? queue.Name) ? [key ?? queue.Name] : [], // the default exchange's key is the queue
        ({ } exchange, null) => BindingsOf(exchange).Select(binding => binding.Queue).Distinct(),
        ({ } exchange, { } key) => BindingsOf(exchange).Where(binding => Passes(binding, key)).Select(binding => binding.Queue).Distinct(),
    };
}
