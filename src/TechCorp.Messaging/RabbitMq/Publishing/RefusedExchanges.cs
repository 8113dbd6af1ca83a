using System.Collections.Concurrent;

namespace TechCorp.Messaging;

/// <summary>Exchanges that this user may not write to. Each attempt closes the channel for all callers, so an exchange
/// is not tried again for a while.</summary>
internal sealed class RefusedExchanges(TimeProvider timeProvider)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (long Since, string Text)> _names = new(StringComparer.Ordinal);

    internal void Add(string exchange, string text) => _names[exchange] = (timeProvider.GetTimestamp(), text);

    /// <summary>The outcome of a publish to the exchange, which is not sent; null when it may be tried.</summary>
    internal PublishOutcome? Refusal(string exchange)
    {
        if (_names.IsEmpty || !_names.TryGetValue(exchange, out var refused))
        {
            return null;
        }

        if (timeProvider.GetElapsedTime(refused.Since) < Memory)
        {
            return ChannelCloseReason.Refused(refused.Text);
        }

        _names.TryRemove(new(exchange, refused));
        return null;
    }
}
