using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>The exchanges, queues and bindings that a service needs, as one immutable value. Presets for the common shapes; combined with <see cref="Add(Topology)"/>.</summary>
/// <remarks>Safe to share between threads. Declaring is idempotent: the same value may be declared by any number of instances.</remarks>
public sealed partial class Topology
{
    private Topology(ImmutableDictionary<string, ExchangeDeclaration> exchanges, ImmutableDictionary<string, QueueDeclaration> queues, ImmutableHashSet<BindingDeclaration> bindings)
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
    public IEnumerable<ExchangeDeclaration> Exchanges => ExchangesByName.Values;

    /// <summary>The queues, in no order.</summary>
    public IEnumerable<QueueDeclaration> Queues => QueuesByName.Values;

    /// <summary>The bindings, in no order.</summary>
    public IEnumerable<BindingDeclaration> Bindings => BindingSet;

    internal ImmutableDictionary<string, ExchangeDeclaration> ExchangesByName { get; }

    internal ImmutableDictionary<string, QueueDeclaration> QueuesByName { get; }

    internal ImmutableHashSet<BindingDeclaration> BindingSet { get; }

    /// <summary>With one more exchange.</summary>
    /// <exception cref="ArgumentException">The same name is there with another kind.</exception>
    public Topology Add(ExchangeDeclaration exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentException.ThrowIfNullOrEmpty(exchange.Name);
        AmqpName.Check(exchange.Name, nameof(exchange));
        if (ExchangesByName.TryGetValue(exchange.Name, out var there) && there != exchange)
        {
            throw new ArgumentException($"Exchange '{exchange.Name}' is declared twice: {there.Kind} and {exchange.Kind}.", nameof(exchange));
        }

        return new Topology(ExchangesByName.SetItem(exchange.Name, exchange), QueuesByName, BindingSet);
    }

    /// <summary>With one more queue.</summary>
    /// <exception cref="ArgumentException">The same name is there with other arguments.</exception>
    public Topology Add(QueueDeclaration queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (QueuesByName.TryGetValue(queue.Name, out var there) && there != queue)
        {
            throw new ArgumentException($"Queue '{queue.Name}' is declared twice with different arguments: {there} and {queue}.", nameof(queue));
        }

        return new Topology(ExchangesByName, QueuesByName.SetItem(queue.Name, queue), BindingSet);
    }

    /// <summary>With one more binding.</summary>
    /// <exception cref="ArgumentException">The key is over 255 bytes of UTF-8.</exception>
    public Topology Add(BindingDeclaration binding)
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
}
