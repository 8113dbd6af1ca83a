using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>The queues of a topology that each process has for itself, apart from those that are shared. Plain code.</summary>
internal static class ExclusiveQueues
{
    internal static bool Any(Topology topology) => topology.Queues.Any(queue => queue.IsExclusive);

    /// <summary>What all processes share.</summary>
    internal static Topology Without(Topology topology) => Any(topology) ? Part(topology, exclusive: false, topology.ExchangesByName) : topology;

    /// <summary>The queues of the process with their bindings; the exchanges are shared.</summary>
    internal static Topology Only(Topology topology)
        => Part(topology, exclusive: true, ImmutableDictionary.Create<string, ExchangeDeclaration>(StringComparer.Ordinal));

    /// <summary>With the broker's names of the process's queues.</summary>
    internal static Topology Named(Topology topology, Func<string, string> nameOf)
    {
        if (!Any(topology))
        {
            return topology;
        }

        var names = topology.Queues.Where(queue => queue.IsExclusive).ToDictionary(queue => queue.Name, queue => nameOf(queue.Name), StringComparer.Ordinal);
        return new Topology(
            topology.ExchangesByName,
            topology.QueuesByName.RemoveRange(names.Keys).AddRange(names.Select(pair => KeyValuePair.Create(pair.Value,
                new QueueDeclaration(pair.Value) { Kind = QueueKind.Classic, IsExclusive = true }))),
            [.. topology.Bindings.Select(binding => names.TryGetValue(binding.Queue, out var name) ? binding with { Queue = name } : binding)]);
    }

    private static Topology Part(Topology topology, bool exclusive, ImmutableDictionary<string, ExchangeDeclaration> exchanges)
    {
        var names = topology.Queues.Where(queue => queue.IsExclusive).Select(queue => queue.Name).ToHashSet(StringComparer.Ordinal);
        return new Topology(
            exchanges,
            topology.QueuesByName.RemoveRange(topology.QueuesByName.Keys.Where(name => names.Contains(name) != exclusive)),
            [.. topology.Bindings.Where(binding => names.Contains(binding.Queue) == exclusive)]);
    }
}
