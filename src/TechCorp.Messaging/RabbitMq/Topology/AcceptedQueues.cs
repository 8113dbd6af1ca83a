using System.Collections.Concurrent;

namespace TechCorp.Messaging;

/// <summary>The queues that exist without a delivery limit and are used as they are: the broker refuses their full declaration, and need not be asked to do so
/// again on each connection. Safe for concurrent use.</summary>
internal sealed class AcceptedQueues
{
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    internal bool Contains(string queue) => _names.ContainsKey(queue);

    /// <returns>Whether it was not accepted before.</returns>
    internal bool Add(string queue) => _names.TryAdd(queue, value: true);

    /// <summary>It is gone, and the next one is declared with its limit.</summary>
    internal void Remove(string queue) => _names.TryRemove(queue, out _);
}
