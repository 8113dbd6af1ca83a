using System.Text.RegularExpressions;

namespace TechCorp.Messaging;

/// <summary>The broker's refusal of a declaration, read from its words, as an exception that says what differs and what may be done.</summary>
internal static partial class DeclareRefusal
{
    private const int AccessRefused = 403;
    private const int NotFound = 404;
    private const int PreconditionFailed = 406;
    private const string DoesNotExist = "it does not exist";

    /// <summary>The exception for a refusal; null when the code is none.</summary>
    internal static TopologyException? Of(string entity, int code, string text, Exception? cause) => code switch
    {
        PreconditionFailed when text.Contains("'#' wildcards", StringComparison.Ordinal)
            => new TopologyException(entity, $"the broker refuses its pattern ({text}).",
                "Write '#' once where it stands beside another '#', or bind two patterns.", cause),
        PreconditionFailed
            => new TopologyException(entity, Difference(text),
                entity.StartsWith("exchange ", StringComparison.Ordinal)
                ? "Declare it as it is, or delete it and let it be declared again, or give the new one another name (that of the dead-letter exchange is set "
                + "by UseDeadLetterExchange); TopologyMode.Assume leaves it alone."
                : "Declare it as it is, or delete it and let it be declared again (move its messages first), or give the new one another name; "
                + "TopologyMode.Assume leaves it alone.", cause),
        NotFound => new TopologyException(entity, $"{DoesNotExist} ({text}).", "Declare it, or start with TopologyMode.Create.", cause),
        AccessRefused when text.Contains("reserved prefix", StringComparison.Ordinal)
            => new TopologyException(entity, $"the broker keeps names that begin with 'amq.' for itself ({text}).", "Choose another name.", cause),
        AccessRefused
            => new TopologyException(entity, $"the user may not configure it ({text}).",
                "Grant the configure permission, or start with TopologyMode.Validate and have it declared elsewhere.", cause),
        _ => null,
    };

    /// <summary>Whether the broker has the queue without any delivery limit. If more differs, it names that when the limit is left out.</summary>
    internal static bool IsMissingDeliveryLimit(TopologyException refusal)
        => refusal.Difference.StartsWith("argument 'x-delivery-limit': ", StringComparison.Ordinal)
            && refusal.Difference.EndsWith("the broker's is none.", StringComparison.Ordinal);

    /// <summary>Whether it does not exist.</summary>
    internal static bool IsMissing(TopologyException refusal) => refusal.Difference.StartsWith(DoesNotExist, StringComparison.Ordinal);

    private static string Difference(string text)
    {
        var match = Inequivalent.Match(text);
        return match.Success
            ? $"argument '{match.Groups["argument"].Value}': ours is {match.Groups["ours"].Value}, the broker's is {match.Groups["theirs"].Value}."
            : $"{text}.";
    }

    // "… inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received the value '1' of type 'long' but current is none"
    [GeneratedRegex("inequivalent arg '(?<argument>[^']+)' for .*: received (?<ours>.*?) but current is (?<theirs>.*)$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Inequivalent { get; }
}
