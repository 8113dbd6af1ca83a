namespace TechCorp.Messaging;

/// <summary>An exchange and its bindings. Guarded by the broker's lock.</summary>
internal sealed class InMemoryExchange(ExchangeDeclaration declaration)
{
    private readonly HashSet<BindingDeclaration> _known = [];
    private readonly List<(TopicPattern Pattern, string? Header, InMemoryQueue Queue)> _bindings = [];

    internal ExchangeDeclaration Declaration { get; } = declaration;

    internal IEnumerable<BindingDeclaration> Bindings => _known;

    /// <summary>Adds a binding; nothing happens when it exists already.</summary>
    internal void Bind(BindingDeclaration binding, InMemoryQueue queue)
    {
        if (_known.Add(binding))
        {
            _bindings.Add((new TopicPattern(binding.RoutingKey), binding.Header, queue));
        }
    }

    internal void Unbind(InMemoryQueue queue)
    {
        _known.RemoveWhere(binding => binding.Queue == queue.Declaration.Name);
        _bindings.RemoveAll(binding => binding.Queue == queue);
    }

    /// <summary>Adds the queues that get a message; each once, however many bindings lead to it.</summary>
    internal void Route(StoredMessage message, HashSet<InMemoryQueue> targets)
    {
        foreach (var (pattern, header, queue) in _bindings)
        {
            if (Declaration.RoutesByHeader
                ? header is null || message.Headers.GetValueOrDefault(header) == BindingDeclaration.HeaderValue
                : Passes(pattern, message.RoutingKey))
            {
                targets.Add(queue);
            }
        }
    }

    private bool Passes(TopicPattern pattern, string routingKey) => Declaration.Kind switch
    {
        ExchangeKind.Fanout => true,
        ExchangeKind.Topic => pattern.Matches(routingKey),
        _ => pattern.Text == routingKey,
    };
}
