namespace TechCorp.Messaging;

/// <summary>Chooses among a queue's consumers: round-robin over those with free credit, or the first alone. Guarded by the broker's lock.</summary>
internal sealed class ConsumerRotation(bool singleActive)
{
    private readonly List<InMemoryConsumer> _consumers = [];
    private int _next;

    internal int Count => _consumers.Count;

    internal void Add(InMemoryConsumer consumer) => _consumers.Add(consumer);

    internal void Remove(InMemoryConsumer consumer)
    {
        var index = _consumers.IndexOf(consumer);
        if (index < 0)
        {
            return;
        }

        _consumers.RemoveAt(index);
        if (index < _next)
        {
            _next--;
        }
    }

    /// <summary>All of them, and none is left.</summary>
    internal List<InMemoryConsumer> Clear()
    {
        List<InMemoryConsumer> all = [.. _consumers];
        _consumers.Clear();
        _next = 0;
        return all;
    }

    /// <summary>Whether a consumer may take a message.</summary>
    internal bool AnyMay() => singleActive ? _consumers is [{ HasCredit: true }, ..] : _consumers.Exists(consumer => consumer.HasCredit);

    /// <summary>The next consumer that may take a message; null when there is none.</summary>
    internal InMemoryConsumer? Next()
    {
        if (singleActive)
        {
            return _consumers is [{ HasCredit: true } active, ..] ? active : null;
        }

        for (var step = 0; step < _consumers.Count; step++)
        {
            var index = (_next + step) % _consumers.Count;
            if (_consumers[index].HasCredit)
            {
                _next = (index + 1) % _consumers.Count;
                return _consumers[index];
            }
        }

        return null;
    }
}
