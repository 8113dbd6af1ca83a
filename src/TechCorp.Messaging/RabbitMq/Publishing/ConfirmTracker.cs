using System.Diagnostics;
using System.Numerics;

namespace TechCorp.Messaging;

/// <summary>Which publishes of one channel are unconfirmed, by sequence number: a ring, and beside it the few that the ring has overtaken.</summary>
/// <remarks>
/// Sequence numbers begin at 1 and have no gaps, as the broker counts them. Adding and taking are O(1), a multiple confirm is O(confirmed).
/// A publish that stays unconfirmed while a whole ring of younger ones comes and goes moves to a short ordered list, so that it never holds
/// back the others. Not safe for concurrent use: its owner holds the lock.
/// </remarks>
internal sealed class ConfirmTracker<T>
    where T : class
{
    private readonly T?[] _slots;
    private readonly List<(ulong Sequence, T Item)> _overtaken = [];
    private ulong _low = 1; // every sequence number below is taken or overtaken
    private ulong _next = 1;

    /// <param name="window">The most items at once; the ring has at least twice as many slots.</param>
    internal ConfirmTracker(int window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        Window = window;
        _slots = new T?[BitOperations.RoundUpToPowerOf2((uint)window * 2)];
    }

    internal int Window { get; }

    /// <summary>How many are unconfirmed.</summary>
    internal int Count { get; private set; }

    /// <summary>The number that the next item gets.</summary>
    internal ulong Next => _next;

    private ulong Capacity => (ulong)_slots.Length;

    /// <summary>Adds an item under the next sequence number.</summary>
    internal ulong Add(T item)
    {
        Debug.Assert(Count < Window, "More publishes are unconfirmed than the window allows.");
        if (_next - _low == Capacity)
        {
            if (Slot(_low) is { } old)
            {
                _overtaken.Add((_low, old));
            }

            _low++;
        }

        Slot(_next) = item;
        Count++;
        AssertInvariants();
        return _next++;
    }

    /// <summary>Takes the youngest item and gives its number back: the write never reached the wire, so the broker will not count it.</summary>
    internal T? Undo(ulong sequence)
    {
        Debug.Assert(sequence == _next - 1, "Only the last publish can be undone.");
        var item = TryTake(sequence);
        if (item is not null)
        {
            _next--;
            _low = Math.Min(_low, _next);
        }

        return item;
    }

    /// <summary>Takes one item; null when its number is unknown or confirmed already.</summary>
    internal T? TryTake(ulong sequence)
    {
        if (sequence >= _next)
        {
            return null;
        }

        if (sequence < _low)
        {
            return TakeOvertaken(sequence);
        }

        var item = Slot(sequence);
        if (item is not null)
        {
            Slot(sequence) = null;
            Count--;
            SkipTaken();
        }

        AssertInvariants();
        return item;
    }

    /// <summary>Takes every item up to and including a number, oldest first.</summary>
    internal void TakeUpTo(ulong sequence, List<T> into)
    {
        var overtaken = 0;
        while (overtaken < _overtaken.Count && _overtaken[overtaken].Sequence <= sequence)
        {
            into.Add(_overtaken[overtaken++].Item);
        }

        _overtaken.RemoveRange(0, overtaken);
        Count -= overtaken;
        for (; _low < _next && _low <= sequence; _low++)
        {
            if (Slot(_low) is { } item)
            {
                into.Add(item);
                Slot(_low) = null;
                Count--;
            }
        }

        SkipTaken();
        AssertInvariants();
    }

    /// <summary>Takes everything, oldest first.</summary>
    internal void TakeAll(List<T> into) => TakeUpTo(_next - 1, into);

    /// <summary>Puts another item in the place of an unconfirmed one.</summary>
    internal void Replace(ulong sequence, T item)
    {
        if (sequence >= _low)
        {
            Debug.Assert(Slot(sequence) is not null, "Only an unconfirmed publish can be replaced.");
            Slot(sequence) = item;
            return;
        }

        var index = _overtaken.FindIndex(entry => entry.Sequence == sequence);
        _overtaken[index] = (sequence, item);
    }

    /// <summary>The oldest unconfirmed item that matches; null when there is none.</summary>
    internal T? Find<TState>(TState state, Func<T, TState, bool> matches)
    {
        foreach (var (_, item) in _overtaken)
        {
            if (matches(item, state))
            {
                return item;
            }
        }

        for (var sequence = _low; sequence < _next; sequence++)
        {
            if (Slot(sequence) is { } item && matches(item, state))
            {
                return item;
            }
        }

        return null;
    }

    private ref T? Slot(ulong sequence) => ref _slots[sequence & (Capacity - 1)];

    private T? TakeOvertaken(ulong sequence)
    {
        var index = _overtaken.FindIndex(entry => entry.Sequence == sequence);
        if (index < 0)
        {
            return null;
        }

        var item = _overtaken[index].Item;
        _overtaken.RemoveAt(index);
        Count--;
        return item;
    }

    private void SkipTaken()
    {
        while (_low < _next && Slot(_low) is null)
        {
            _low++;
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_low <= _next && _next - _low <= Capacity, "The ring holds the numbers from low to next.");
        Debug.Assert(Count >= _overtaken.Count, "What was overtaken is unconfirmed.");
        Debug.Assert(_low == _next || _next - _low == Capacity || Count > 0, "An empty tracker has nothing between low and next.");
    }
}
