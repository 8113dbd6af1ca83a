using System.Collections.Concurrent;

namespace TechCorp.Resilience;

/// <summary>One value for each key, made on first use and dropped when it has been idle for a while and has nothing to remember.</summary>
/// <param name="create">Makes a value.</param>
/// <param name="isDroppable">Whether a value is as good as a new one, so that dropping it loses nothing.</param>
/// <param name="idleAfter">How long a value must have been idle.</param>
/// <param name="clock">Measures the idle time.</param>
/// <remarks>
/// Safe for use by many threads. A key that is used at the very moment it is dropped may have two values for the length of that one call; that is
/// why only a value that is as good as new is dropped. Idle values are searched for when a new key comes, at most once in <paramref name="idleAfter"/>.
/// </remarks>
internal sealed class IdleMap<TKey, TValue>(Func<TKey, TValue> create, Func<TValue, bool> isDroppable, TimeSpan idleAfter, MonotonicClock clock)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private long _nextSweep = clock.Add(clock.Now, idleAfter);

    internal IEnumerable<TValue> Values => _entries.Values.Select(entry => entry.Value);

    internal TValue Get(TKey key)
    {
        var now = clock.Now;
        if (!_entries.TryGetValue(key, out var entry))
        {
            Sweep(now);
            entry = _entries.GetOrAdd(key, static (key, create) => new Entry(create(key)), create);
        }

        Volatile.Write(ref entry.AskedAt, now);
        return entry.Value;
    }

    private void Sweep(long now)
    {
        var due = Volatile.Read(ref _nextSweep);
        if (now < due || Interlocked.CompareExchange(ref _nextSweep, clock.Add(now, idleAfter), due) != due)
        {
            return;
        }

        foreach (var pair in _entries)
        {
            if (now >= clock.Add(Volatile.Read(ref pair.Value.AskedAt), idleAfter) && isDroppable(pair.Value.Value))
            {
                _entries.TryRemove(pair);
            }
        }
    }

    private sealed class Entry(TValue value)
    {
        internal readonly TValue Value = value;
        internal long AskedAt = long.MaxValue; // not idle until its first caller has written it
    }
}
