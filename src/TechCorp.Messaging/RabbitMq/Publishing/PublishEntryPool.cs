using System.Collections.Concurrent;

namespace TechCorp.Messaging;

/// <summary>Entries for reuse, each with its timer; keeps no more than are useful at once.</summary>
internal sealed class PublishEntryPool(PublishEndings endings, int keep, TimeProvider timeProvider)
{
    private readonly ConcurrentQueue<PublishEntry> _free = new();

    internal PublishEntry Rent() => _free.TryDequeue(out var entry) ? entry : new PublishEntry(endings, timeProvider);

    internal void Return(PublishEntry entry)
    {
        entry.Clear();
        if (_free.Count < keep)
        {
            _free.Enqueue(entry);
        }
        else
        {
            entry.Dispose();
        }
    }
}
