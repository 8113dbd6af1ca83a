namespace TechCorp.Messaging;

/// <summary>The exchanges, queues and bindings that were declared, and the way through them. Guarded by the broker's lock.</summary>
internal sealed class RoutingTable(ImitatedServer server, DeadLetterRouter deadLetters, ExpiryHorizon horizon)
{
    private readonly Dictionary<string, InMemoryExchange> _exchanges = PredeclaredExchanges();
    private readonly Dictionary<string, InMemoryQueue> _queues = new(StringComparer.Ordinal);

    internal IEnumerable<InMemoryQueue> Queues => _queues.Values;

    internal InMemoryQueue? Find(string queue) => _queues.GetValueOrDefault(queue);

    /// <summary>Adds the queues that get the message, each once; false when there is no such exchange.</summary>
    internal bool TryRoute(StoredMessage message, HashSet<InMemoryQueue> targets) => TryRoute(message, message.Exchange, targets);

    private bool TryRoute(StoredMessage message, string exchange, HashSet<InMemoryQueue> targets)
    {
        if (exchange.Length == 0)
        {
            if (Find(message.RoutingKey) is { } queue)
            {
                targets.Add(queue);
            }

            return true;
        }

        if (!_exchanges.TryGetValue(exchange, out var there))
        {
            return false;
        }

        there.Route(message, targets);
        if (targets.Count == 0 && there.Declaration.AlternateExchange is { Length: > 0 } alternate)
        {
            _ = TryRoute(message, alternate, targets); // a missing one is no error
        }

        return true;
    }

    /// <summary>Declares what is missing, in the order exchanges, queues, bindings; what was declared before a difference stays.</summary>
    /// <exception cref="TopologyException">Something exists with other arguments.</exception>
    internal void Declare(Topology topology)
    {
        foreach (var exchange in topology.Exchanges)
        {
            Declare(exchange);
        }

        foreach (var queue in topology.Queues)
        {
            Declare(queue);
        }

        foreach (var binding in topology.Bindings)
        {
            var queue = Find(binding.Queue) ?? throw DeclareDifference.Missing($"queue '{binding.Queue}'");
            var exchange = _exchanges.GetValueOrDefault(binding.Exchange) ?? throw DeclareDifference.Missing($"exchange '{binding.Exchange}'");
            if (server.RefusalOf(exchange.Declaration, binding) is { } refusal)
            {
                throw DeclareRefusal.Of(TopologyNames.Of(binding), 406, refusal, cause: null)!;
            }

            exchange.Bind(binding, queue);
        }
    }

    /// <summary>Checks that every exchange and queue exists.</summary>
    /// <exception cref="TopologyException">One does not.</exception>
    internal void Validate(Topology topology)
    {
        if (topology.Exchanges.FirstOrDefault(exchange => !_exchanges.ContainsKey(exchange.Name)) is { } exchange)
        {
            throw DeclareDifference.Missing($"exchange '{exchange.Name}'");
        }

        if (topology.Queues.FirstOrDefault(queue => !_queues.ContainsKey(queue.Name)) is { } queue)
        {
            throw DeclareDifference.Missing($"queue '{queue.Name}'");
        }
    }

    /// <summary>What declaring would do, with every binding that the topology's queues have.</summary>
    internal IReadOnlyList<TopologyChange> Plan(Topology topology)
    {
        var bound = _exchanges.Values.SelectMany(exchange => exchange.Bindings).Where(binding => topology.QueuesByName.ContainsKey(binding.Queue)).ToHashSet();
        return
        [
            .. topology.Exchanges.OrderBy(exchange => exchange.Name, StringComparer.Ordinal)
                .Select(exchange => Change(TopologyNames.Of(exchange), _exchanges.GetValueOrDefault(exchange.Name)?.Declaration,
                    there => DeclareDifference.Of(exchange, there))),
            .. topology.Queues.OrderBy(queue => queue.Name, StringComparer.Ordinal)
                .Select(queue => Change(TopologyNames.Of(queue), Find(queue.Name)?.Declaration, there => DeclareDifference.Of(queue, there),
                    there => DeclareDifference.IsWithoutDeliveryLimit(queue, there) ? TopologyChange.WithoutDeliveryLimit : "")),
            .. topology.Bindings.Select(binding => new TopologyChange(bound.Contains(binding) ? TopologyChangeKind.Identical : TopologyChangeKind.Bind,
                TopologyNames.Of(binding)))
                .Concat(bound.Except(topology.Bindings).Select(binding => new TopologyChange(TopologyChangeKind.Undeclared, TopologyNames.Of(binding))))
                .OrderBy(change => change.Subject, StringComparer.Ordinal),
        ];
    }

    /// <summary>Takes a queue and its bindings out; null when there is none.</summary>
    internal InMemoryQueue? Remove(string name)
    {
        if (!_queues.Remove(name, out var queue))
        {
            return null;
        }

        foreach (var exchange in _exchanges.Values)
        {
            exchange.Unbind(queue);
        }

        return queue;
    }

    /// <summary>Without the exchanges and queues that exist, whatever their arguments.</summary>
    internal Topology MissingOf(Topology topology) => new(
        topology.ExchangesByName.RemoveRange(topology.ExchangesByName.Keys.Where(_exchanges.ContainsKey)),
        topology.QueuesByName.RemoveRange(topology.QueuesByName.Keys.Where(_queues.ContainsKey)),
        topology.BindingSet);

    /// <summary>Declares one queue of a topology again, with its bindings.</summary>
    internal void Restore(QueueDeclaration queue, IEnumerable<BindingDeclaration> bindings)
    {
        if (Find(queue.Name) is not { } there)
        {
            _queues.Add(queue.Name, there = new InMemoryQueue(queue, server, deadLetters, horizon));
        }

        foreach (var binding in bindings.Where(binding => binding.Queue == queue.Name))
        {
            _exchanges.GetValueOrDefault(binding.Exchange)?.Bind(binding, there);
        }
    }

    private static TopologyChange Change<T>(string subject, T? there, Func<T, TopologyException?> difference, Func<T, string>? remark = null)
        where T : class
        => there is null ? new TopologyChange(TopologyChangeKind.Create, subject)
            : difference(there) is { } mismatch ? new TopologyChange(TopologyChangeKind.Conflict, subject, mismatch.Difference)
            : new TopologyChange(TopologyChangeKind.Identical, subject, remark?.Invoke(there) ?? "");

    private static Dictionary<string, InMemoryExchange> PredeclaredExchanges() => new(StringComparer.Ordinal)
    {
        ["amq.fanout"] = new(new ExchangeDeclaration("amq.fanout", ExchangeKind.Fanout)),
        ["amq.topic"] = new(new ExchangeDeclaration("amq.topic", ExchangeKind.Topic)),
        ["amq.direct"] = new(new ExchangeDeclaration("amq.direct", ExchangeKind.Direct)),
    };

    private void Declare(ExchangeDeclaration exchange)
    {
        if (!_exchanges.TryGetValue(exchange.Name, out var there))
        {
            _exchanges.Add(exchange.Name, new InMemoryExchange(exchange));
        }
        else if (DeclareDifference.Of(exchange, there.Declaration) is { } mismatch)
        {
            throw mismatch;
        }
    }

    private void Declare(QueueDeclaration queue)
    {
        if (Find(queue.Name) is not { } there)
        {
            _queues.Add(queue.Name, new InMemoryQueue(queue, server, deadLetters, horizon));
        }
        else if (DeclareDifference.Of(queue, there.Declaration) is { } mismatch)
        {
            throw mismatch;
        }
    }
}
