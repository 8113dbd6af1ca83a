using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>Exchanges that a publishing channel was closed for. A name is not tried there again before it was declared or seen on another channel.</summary>
internal sealed class MissingExchanges(Func<string, CancellationToken, Task<bool>> exists)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<bool>> _looks = new(StringComparer.Ordinal); // guarded by _gate
    private ImmutableHashSet<string> _names = ImmutableHashSet.Create<string>(StringComparer.Ordinal); // written under _gate

    internal bool Contains(string exchange) => !_names.IsEmpty && _names.Contains(exchange);

    internal void Add(string exchange)
    {
        lock (_gate)
        {
            _names = _names.Add(exchange);
        }
    }

    internal void Remove(string exchange)
    {
        lock (_gate)
        {
            _names = _names.Remove(exchange);
        }
    }

    /// <summary>Looks whether a missing exchange has come to be; callers of one name share one look.</summary>
    internal async Task<bool> LookAgainAsync(string exchange, CancellationToken cancellationToken)
    {
        Task<bool>? look;
        lock (_gate)
        {
            if (!_looks.TryGetValue(exchange, out look))
            {
                _looks[exchange] = look = Task.Run(() => LookAsync(exchange), CancellationToken.None);
            }
        }

        return await look.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> LookAsync(string exchange)
    {
        try
        {
            var there = await exists(exchange, CancellationToken.None).ConfigureAwait(false);
            if (there)
            {
                Remove(exchange);
            }

            return there;
        }
        finally
        {
            lock (_gate)
            {
                _looks.Remove(exchange);
            }
        }
    }
}
