namespace TechCorp.Messaging;

/// <summary>The ready messages of a queue, in the order of their delivery. Guarded by the broker's lock.</summary>
internal sealed class ReadyMessages
{
    private readonly Queue<QueueEntry> _appended = new();
    private readonly PriorityQueue<QueueEntry, long> _returned = new();
    private long _nextPosition;

    // Counts up from below every position: what comes back to the front stays before everything appended, in the order it came back.
    private long _nextFront = long.MinValue;

    internal int Count => _appended.Count + _returned.Count;

    internal void Append(QueueEntry entry)
    {
        entry.Position = _nextPosition++;
        _appended.Enqueue(entry);
    }

    /// <summary>Back to the place where it was appended.</summary>
    internal void PutBack(QueueEntry entry) => _returned.Enqueue(entry, entry.Position);

    /// <summary>Before everything that was appended, behind what came to the front earlier.</summary>
    internal void PutInFront(QueueEntry entry) => _returned.Enqueue(entry, _nextFront++);

    internal QueueEntry? Peek() => ReturnedIsFirst() ? _returned.Peek() : _appended.TryPeek(out var entry) ? entry : null;

    internal QueueEntry Take() => ReturnedIsFirst() ? _returned.Dequeue() : _appended.Dequeue();

    private bool ReturnedIsFirst()
        => _returned.TryPeek(out _, out var place) && (!_appended.TryPeek(out var appended) || place < appended.Position);
}
