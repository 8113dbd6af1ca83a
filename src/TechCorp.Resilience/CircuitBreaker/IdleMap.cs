using System.Collections.Concurrent;

namespace TechCorp.Resilience;

/// <summary>One value for each key, made on first use. Bounded: idle values are dropped, sooner if they have nothing to remember, and so is what is too much.
/// </summary>
/// <param name="create">Makes a value.</param>
/// <param name="memory">What would be lost with a value.</param>
/// <param name="idleAfter">How long a value without memory must have been idle. One that remembers failures only: six times as long.</param>
/// <param name="capacity">The most values; isolated and busy ones do not go.</param>
/// <param name="clock">Measures the idle time.</param>
/// <remarks>
/// Safe for use by many threads. A key that is used at the very moment it is dropped may have two values for the length of that one call. Idle values are
/// searched for at most once in <paramref name="idleAfter"/>, by any call.
/// </remarks>
internal sealed class IdleMap<TKey, TValue>(
    Func<TKey, TValue> create,
    Func<TValue, CircuitMemory> memory,
    TimeSpan idleAfter,
    int capacity,
    MonotonicClock clock)
    where TKey : notnull
    where TValue : class
{
    private const int FailuresLast = 6;

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private readonly Lock _eviction = new();
    private long _nextSweep = clock.Add(clock.Now, idleAfter);

    internal IEnumerable<TValue> Values
    {
        get
        {
            Sweep(clock.Now);
            return _entries.Values.Select(entry => entry.Value);
        }
    }

    internal TValue Get(TKey key)
    {
        var now = clock.Now;
        if (!_entries.TryGetValue(key, out var entry))
        {
            Sweep(now);
            MakeRoom();
            entry = _entries.GetOrAdd(key, static (key, create) => new Entry(create(key)), create);
        }

        Volatile.Write(ref entry.AskedAt, now);
        Sweep(now);
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
            if (now >= clock.Add(Volatile.Read(ref pair.Value.AskedAt), idleAfter) && IsForgotten(pair.Value, now))
            {
                _entries.TryRemove(pair);
            }
        }
    }

    private bool IsForgotten(Entry entry, long now) => memory(entry.Value) switch
    {
        CircuitMemory.None => true,
        CircuitMemory.Failures => now >= clock.Add(Volatile.Read(ref entry.AskedAt), FailuresLast * idleAfter),
        _ => false,
    };

    /// <summary>Drops a tenth at once, so that a flood of keys does not sort for each: those with the least to lose, the longest idle first.</summary>
    private void MakeRoom()
    {
        if (_entries.Count < capacity)
        {
            return;
        }

        lock (_eviction)
        {
            var tooMany = _entries.Count - capacity + Math.Max(1, capacity / 10);
            foreach (var victim in _entries
                .Select(pair => (Pair: pair, Memory: memory(pair.Value.Value), AskedAt: Volatile.Read(ref pair.Value.AskedAt)))
                .Where(candidate => candidate.Memory < CircuitMemory.Busy)
                .OrderBy(candidate => candidate.Memory).ThenBy(candidate => candidate.AskedAt)
                .Take(_entries.Count < capacity ? 0 : tooMany))
            {
                _entries.TryRemove(victim.Pair);
            }
        }
    }

    private sealed class Entry(TValue value)
    {
        internal readonly TValue Value = value;
        internal long AskedAt = long.MaxValue; // not idle until its first caller has written it
    }
}
