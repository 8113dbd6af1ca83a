using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>Exchanges that a publishing channel was closed for. No further publish to one is written before the exchange is
/// declared or found on another channel.</summary>
internal sealed class MissingExchanges(Func<string, CancellationToken, Task<bool>> exists)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<bool>> _checks = new(StringComparer.Ordinal); // guarded by _gate
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

    /// <summary>Asks the broker whether a missing exchange exists by now; callers of one name share one question.</summary>
    internal async Task<bool> CheckAgainAsync(string exchange, CancellationToken cancellationToken)
    {
        Task<bool>? check;
        lock (_gate)
        {
            if (!_checks.TryGetValue(exchange, out check))
            {
                _checks[exchange] = check = Task.Run(() => CheckAsync(exchange), CancellationToken.None);
            }
        }

        return await check.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> CheckAsync(string exchange)
    {
        try
        {
            var found = await exists(exchange, CancellationToken.None).ConfigureAwait(false);
            if (found)
            {
                Remove(exchange);
            }

            return found;
        }
        finally
        {
            lock (_gate)
            {
                _checks.Remove(exchange);
            }
        }
    }
}
