using System.Text.RegularExpressions;

namespace TechCorp.Messaging;

/// <summary>Which publishes the broker closed a channel for, read from its reply text; other publishes on the channel are unaffected.</summary>
internal sealed partial record ChannelCloseReason(int Code, string Text, string Exchange, string? RoutingKey)
{
    private static readonly int[] ChannelErrors = [311, 313, AccessRefused, NotFound, 405, 406]; // for these AMQP closes the channel and not the connection
    private const int AccessRefused = 403;
    private const int NotFound = 404;

    internal bool IsMissingExchange => Code == NotFound && !IsAnonymous;

    /// <summary>Whether nothing may be written to the exchange, whatever the key.</summary>
    internal bool IsRefusedExchange => Code == AccessRefused && RoutingKey is null && !IsAnonymous;

    /// <summary>Whether the reply text names no exchange (a body larger than the broker takes, for example): which publish it was is known
    /// only where it was alone in flight.</summary>
    internal bool IsAnonymous { get; private init; }

    /// <summary>Whether the reply text ends within the exchange's name: it has at most 255 bytes.</summary>
    internal bool IsCut { get; private init; }

    /// <summary>The reason; null when the channel was not closed for a publish (a lost connection, a close by this side).</summary>
    internal static ChannelCloseReason? Parse(int code, string text)
    {
        if (!ChannelErrors.Contains(code))
        {
            return null;
        }

        if (ExchangePattern.Match(text) is { Success: true } exchange)
        {
            var name = exchange.Groups["name"].Value;
            var topic = TopicPattern.Match(text);
            return new ChannelCloseReason(code, text, name == "amq.default" ? "" : name, topic.Success ? topic.Groups["key"].Value : null);
        }

        return CutPattern.Match(text) is { Success: true } cut
            ? new ChannelCloseReason(code, text, cut.Groups["name"].Value, null) { IsCut = true }
            : new ChannelCloseReason(code, text, "", null) { IsAnonymous = true };
    }

    /// <summary>The same with the whole name of the exchange, which is one that was being published to.</summary>
    internal ChannelCloseReason WithExchange(string exchange) => this with { Exchange = exchange, IsCut = false };

    /// <summary>The outcome of a publish to an exchange that is known to be missing.</summary>
    internal static PublishOutcome Missing(string exchange) => PublishOutcome.Returned(NotFound, $"exchange '{exchange}' does not exist.");

    /// <summary>The outcome of a publish to an exchange that is known to be refused.</summary>
    internal static PublishOutcome Refused(string text) => new(PublishOutcomeKind.Rejected, false, AccessRefused, text);

    /// <summary>Whether the channel was closed for this publish, or for one like it.</summary>
    internal bool Concerns(PublishEntry entry)
        => !IsAnonymous
            && (IsCut ? entry.Exchange.StartsWith(Exchange, StringComparison.Ordinal) : entry.Exchange == Exchange)
            && (RoutingKey is null || RoutingKey == entry.RoutingKey);

    /// <summary>How a publish ends that the channel was closed for: the broker has not kept the message.</summary>
    internal PublishOutcome Outcome => IsMissingExchange
        ? PublishOutcome.Returned(Code, $"exchange '{Exchange}' does not exist ({Text}).")
        : new PublishOutcome(PublishOutcomeKind.Rejected, false, Code, Text);

    [GeneratedRegex("exchange '(?<name>.*)' in vhost '", RegexOptions.CultureInvariant)]
    private static partial Regex ExchangePattern { get; }

    [GeneratedRegex(@"exchange '(?<name>[^']*)\.\.\.$", RegexOptions.CultureInvariant)]
    private static partial Regex CutPattern { get; }

    [GeneratedRegex("access to topic '(?<key>.*)' in exchange '", RegexOptions.CultureInvariant)]
    private static partial Regex TopicPattern { get; }
}
