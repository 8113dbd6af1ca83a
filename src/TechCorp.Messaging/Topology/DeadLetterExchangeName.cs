namespace TechCorp.Messaging;

/// <summary>Gives the dead-letter exchange of a topology another name: of all its queues, or of one. Plain code.</summary>
internal static class DeadLetterExchangeName
{
    /// <summary>With every use of <see cref="Topology.DeadLetterExchange"/> replaced.</summary>
    internal static Topology Replace(Topology topology, string name)
        => topology.Queues.Where(queue => queue.DeadLetterExchange == Topology.DeadLetterExchange).Select(queue => queue.Name).Order(StringComparer.Ordinal)
            .Aggregate(topology, (sum, queue) => ReplaceFor(sum, queue, name));

    /// <summary>With another exchange for one queue, which leads to the same dead-letter queues. What nothing uses any more is left out.</summary>
    internal static Topology ReplaceFor(Topology topology, string queue, string name)
    {
        if (topology.QueuesByName.GetValueOrDefault(queue) is not { DeadLetterExchange: { Length: > 0 } before } declared || before == name)
        {
            return topology;
        }

        var ways = topology.Bindings.Where(binding => IsWay(binding, declared)).ToList();
        var queues = topology.QueuesByName.SetItem(queue, declared with { DeadLetterExchange = name });
        var unused = ways.Where(way => !queues.Values.Any(other => IsWay(way, other)));
        var bindings = topology.BindingSet.Except(unused).Union(ways.Select(way => way with { Exchange = name }));
        var exchanges = topology.ExchangesByName.ContainsKey(name)
            ? topology.ExchangesByName
            : topology.ExchangesByName.SetItem(name,
                new ExchangeDeclaration(name, topology.ExchangesByName.GetValueOrDefault(before)?.Kind ?? ExchangeKind.Direct));
        return bindings.Any(binding => binding.Exchange == before) || queues.Values.Any(other => other.DeadLetterExchange == before)
            ? new Topology(exchanges, queues, bindings)
            : new Topology(exchanges.Remove(before), queues, bindings);
    }

    /// <summary>Whether dead letters of the queue may take this binding.</summary>
    private static bool IsWay(BindingDeclaration binding, QueueDeclaration queue)
        => binding.Exchange == queue.DeadLetterExchange && (queue.DeadLetterRoutingKey is null || binding.RoutingKey == queue.DeadLetterRoutingKey);
}
