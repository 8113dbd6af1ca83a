namespace TechCorp.Messaging;

/// <summary>Where the dead letters of a queue go by its declaration. Plain code.</summary>
/// <param name="Queue">The queue that holds them; the tools read it.</param>
/// <param name="Destination">Where the consumer's copies are published: straight to the queue where it is known, so that no exchange that is
/// otherwise than declared can lead them to another service.</param>
internal sealed record DeadLetterTarget(string Queue, Destination Destination)
{
    /// <summary>By the queue's declaration; <c>&lt;queue&gt;.dlq</c> where there is none, or where it names no target.</summary>
    internal static DeadLetterTarget Of(Topology topology, string queue)
    {
        var usual = Topology.DeadLetterQueueOf(queue);
        if (topology.QueuesByName.GetValueOrDefault(queue) is not { DeadLetterExchange: { } exchange } declared)
        {
            return To(usual);
        }

        var key = declared.DeadLetterRoutingKey;
        if (exchange.Length == 0)
        {
            return To(key is { Length: > 0 } && key != queue ? key : usual); // the default exchange's key is the queue
        }

        var targets = new LintContext(topology, new TopologyUsage()).DeadLetterTargets(declared).Where(target => target != queue)
            .Order(StringComparer.Ordinal).ToList();
        return (targets, key) switch
        {
            ([var only], _) => To(only),
            ([var first, ..], null) => To(targets.Contains(usual) ? usual : first),
            ([var first, ..], not null) => new DeadLetterTarget(targets.Contains(usual) ? usual : first, Destination.ToExchange(exchange, key)),
            ([], not null) => new DeadLetterTarget(key.Length > 0 && key != queue ? key : usual, Destination.ToExchange(exchange, key)),
            _ => To(usual),
        };
    }

    private static DeadLetterTarget To(string queue) => new(queue, Destination.ToQueue(queue));
}
