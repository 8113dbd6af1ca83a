namespace TechCorp.Messaging;

/// <summary>Which queue holds the dead letters that a caller names, by the declarations of the service. Safe for concurrent use.</summary>
/// <param name="transport">The broker.</param>
/// <param name="topology">What the service declares.</param>
/// <param name="mode">Only with <see cref="TopologyMode.Create"/> a missing queue is declared.</param>
/// <param name="consumed">The queues that are consumed here and have dead letters.</param>
internal sealed class DeadLetterSources(ITransport transport, Topology topology, TopologyMode mode, IReadOnlyList<string> consumed)
{
    private readonly HashSet<string> _targets = [.. topology.Queues.Select(queue => queue.Name).Concat(consumed)
        .Select(queue => DeadLetterTarget.Of(topology, queue).Queue)];

    private readonly ILookup<string, string> _sources = SourcesOf(topology, consumed); // by the queue that their dead letters get into

    internal IReadOnlyList<string> Consumed => consumed;

    /// <summary>The queue that holds the dead letters of a queue.</summary>
    internal string Of(string queue) => DeadLetterTarget.Of(topology, queue).Queue;

    /// <summary>The queue to read for a name, and whether only the dead letters of that queue are meant.</summary>
    /// <param name="name">A queue, or a dead-letter queue itself, which means all that it holds.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="InvalidOperationException">There is no such queue at the broker.</exception>
    internal async Task<(string Queue, long Ready, bool OnlyOfName)> FindAsync(string name, CancellationToken cancellationToken)
    {
        var target = Of(name);
        var isDeadLetterQueue = _targets.Contains(name) && !consumed.Contains(name, StringComparer.Ordinal);
        if (!isDeadLetterQueue && await transport.CountAsync(target, cancellationToken).ConfigureAwait(false) is { } counts)
        {
            return (target, counts.Ready, OnlyOfName: target != Topology.DeadLetterQueueOf(name) || _sources[target].Any(source => source != name));
        }

        return (isDeadLetterQueue || name.EndsWith(Topology.DeadLetterQueueOf(""), StringComparison.Ordinal))
            && await transport.CountAsync(name, cancellationToken).ConfigureAwait(false) is { } own
            ? (name, own.Ready, OnlyOfName: false)
            : throw new InvalidOperationException($"There is no queue '{(isDeadLetterQueue ? name : target)}'; dead letters of '{name}' cannot be read.");
    }

    /// <summary>The copies of the consumers go to one queue; what the broker dead-letters goes to each that is bound.</summary>
    private static ILookup<string, string> SourcesOf(Topology topology, IReadOnlyList<string> consumed)
    {
        var context = new LintContext(topology, new TopologyUsage());
        return topology.Queues.SelectMany(queue => context.DeadLetterTargets(queue).Select(target => (Target: target, Source: queue.Name)))
            .Concat(topology.Queues.Select(queue => queue.Name).Concat(consumed).Select(queue => (DeadLetterTarget.Of(topology, queue).Queue, queue)))
            .ToLookup(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);
    }

    /// <summary>Declares a queue of the service again, with its bindings, when it was deleted. Never throws.</summary>
    /// <returns>Whether it exists now.</returns>
    internal async Task<bool> RestoreAsync(string queue, CancellationToken cancellationToken)
    {
        if (mode != TopologyMode.Create || !topology.QueuesByName.ContainsKey(queue))
        {
            return false;
        }

        try
        {
            await transport.RestoreAsync(topology.Around([queue]), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            return false; // the redrive says that the queue is missing
        }
    }
}
