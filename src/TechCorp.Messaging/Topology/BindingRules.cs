using Microsoft.Extensions.Logging;
using static Microsoft.Extensions.Logging.LogLevel;

namespace TechCorp.Messaging;

/// <summary>What is wrong with the ways that messages take to the queues.</summary>
internal static class BindingRules
{
    internal static IEnumerable<Func<LintContext, IEnumerable<TopologyFinding>>> All
        => [EndMissing, KeyOnFanout, WildcardOnDirect, WildcardInsideWord, TooManyWildcards, MatchesNoEvent, PublishedToNobody];

    private static IEnumerable<TopologyFinding> EndMissing(LintContext context) => From(
        context.Topology.Bindings.Where(binding => !context.HasExchange(binding.Exchange) || !context.Topology.QueuesByName.ContainsKey(binding.Queue)),
        "binding-end-missing", Warning, "Its exchange or its queue is not declared here: unless it was declared elsewhere before, the start is refused.",
        "Declare both in the same topology; declaring twice is harmless.");

    private static IEnumerable<TopologyFinding> KeyOnFanout(LintContext context) => From(
        context.Topology.Bindings.Where(binding => binding.RoutingKey.Length > 0 && context.KindOf(binding.Exchange) == ExchangeKind.Fanout),
        "key-on-fanout", Warning, "A fanout exchange ignores the key: the queue gets everything.", "Take a topic exchange, or an empty key.");

    private static IEnumerable<TopologyFinding> WildcardOnDirect(LintContext context) => From(
        context.Topology.Bindings.Where(binding => context.KindOf(binding.Exchange) == ExchangeKind.Direct
            && Words(binding.RoutingKey).Any(word => word is "*" or "#")),
        "wildcard-on-direct", Error, "A direct exchange knows no wildcards: only a key with that very text matches.", "Take a topic exchange.");

    private static IEnumerable<TopologyFinding> WildcardInsideWord(LintContext context) => From(
        context.Topology.Bindings.Where(binding => context.KindOf(binding.Exchange) == ExchangeKind.Topic
            && Words(binding.RoutingKey).Any(word => word.Length > 1 && word.AsSpan().IndexOfAny('*', '#') >= 0)),
        "wildcard-inside-word", Error, "A wildcard stands for whole words only: within a word it is an ordinary character, and nothing matches.",
        "Let '*' or '#' stand alone between two dots.");

    private static IEnumerable<TopologyFinding> TooManyWildcards(LintContext context) => From(
        context.Topology.Bindings.Where(binding => context.KindOf(binding.Exchange) == ExchangeKind.Topic
            && TopicPattern.CountMany(binding.RoutingKey) > TopicPattern.MostMany),
        "too-many-wildcards", context.Usage.BrokerVersion is { } version && version < TopicPattern.BoundedSince ? Information : Error,
        "From RabbitMQ 4.3 on a pattern with more than two '#' is refused.", "Write '#' once where it stands beside another '#', or bind two patterns.");

    /// <summary>Only where the service publishes to that exchange itself, or a known event just misses the pattern:
    /// what others publish is not known here.</summary>
    private static IEnumerable<TopologyFinding> MatchesNoEvent(LintContext context)
    {
        foreach (var binding in context.Topology.Bindings.Where(binding => context.KindOf(binding.Exchange) == ExchangeKind.Topic))
        {
            var published = context.Usage.Destinations.Where(destination => destination.Exchange == binding.Exchange)
                .Select(destination => destination.RoutingKey).ToList();
            var known = published.Concat(context.Usage.Events).Distinct().ToList();
            var nearMiss = known.FirstOrDefault(new TopicPattern(binding.RoutingKey.Replace('*', '#')).Matches);
            if ((published.Count > 0 || nearMiss is not null) && !known.Any(key => context.Passes(binding, key)))
            {
                yield return new TopologyFinding(
                    "matches-no-event", Warning, TopologyNames.Of(binding),
                    nearMiss is null
                    ? "No event that is known here matches its pattern."
                    : $"'*' is exactly one word: '{nearMiss}' does not match, nor does any other event that is known here.",
                    nearMiss is null ? "Correct the pattern, or leave the binding out." : $"Bind '{binding.RoutingKey.Replace('*', '#')}'.");
            }
        }
    }

    private static IEnumerable<TopologyFinding> PublishedToNobody(LintContext context)
        => context.Usage.Destinations
            .Where(destination => !string.IsNullOrEmpty(destination.Exchange) && context.Topology.ExchangesByName.ContainsKey(destination.Exchange))
            .Where(destination => !context.BindingsOf(destination.Exchange).Any(binding => context.Passes(binding, destination.RoutingKey)))
            .Distinct()
            .Select(destination => new TopologyFinding(
                "published-to-nobody", Information, destination.ToString(),
                "No queue here gets what is published there; unless one is bound elsewhere, each publish is returned as unroutable.",
                "Bind a queue, or publish with UnroutableBehavior.Accept."));

    private static string[] Words(string key) => key.Split('.');

    private static IEnumerable<TopologyFinding> From(IEnumerable<BindingDeclaration> bindings, string rule, LogLevel severity, string harm, string remedy)
        => bindings.Select(binding => new TopologyFinding(rule, severity, TopologyNames.Of(binding), harm, remedy));
}
