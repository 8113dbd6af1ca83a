using static Microsoft.Extensions.Logging.LogLevel;

namespace TechCorp.Messaging;

/// <summary>What is wrong with the arguments of a queue that have no property here. Where the server's version is not known, no argument is too new or too
/// old.</summary>
internal static class ArgumentRules
{
    internal static IEnumerable<Func<LintContext, IEnumerable<TopologyFinding>>> All => [Unknown, PriorityOnQuorum, OfAnotherKind, TooNew, TooOld];

    private static IEnumerable<TopologyFinding> Unknown(LintContext context)
        => from pair in ArgumentsOf(context)
           where !QueueArgument.IsKnown(pair.Name)
           select new TopologyFinding("unknown-argument", Error, TopologyNames.Of(pair.Queue),
               $"The broker does not know the argument '{pair.Name}' and ignores it without a word.", "Correct its spelling, or leave it out.");

    private static IEnumerable<TopologyFinding> PriorityOnQuorum(LintContext context)
        => from pair in ArgumentsOf(context)
           where IsPriorityOnQuorum(pair.Queue, pair.Name)
           select new TopologyFinding("priority-on-quorum", Error, TopologyNames.Of(pair.Queue),
               "A quorum queue does not take 'x-max-priority'; declaring it is refused.",
               "Leave it out: from RabbitMQ 4.0 on a quorum queue has priorities without it. Before, take a classic queue, or one queue for each priority.");

    private static IEnumerable<TopologyFinding> OfAnotherKind(LintContext context)
        => from pair in ArgumentsOf(context)
           where QueueArgument.IsKnown(pair.Name) && QueueArgument.Find(pair.Name, pair.Queue.Kind) is null && !IsPriorityOnQuorum(pair.Queue, pair.Name)
           select new TopologyFinding("argument-of-another-kind", Error, TopologyNames.Of(pair.Queue),
               $"A {NameOf(pair.Queue.Kind)} queue has no '{pair.Name}': the broker refuses the declaration or ignores the argument, depending on its version.",
               "Leave it out, or take a queue of the kind that has it.");

    private static IEnumerable<TopologyFinding> TooNew(LintContext context)
        => from pair in ArgumentsOf(context)
           where QueueArgument.Find(pair.Name, pair.Queue.Kind) is { Since: { } since } && context.Usage.BrokerVersion is { } version && version < since
           select new TopologyFinding("argument-of-a-later-version", Error, TopologyNames.Of(pair.Queue),
               $"RabbitMQ {context.Usage.BrokerVersion} does not know the argument '{pair.Name}' of a {NameOf(pair.Queue.Kind)} queue, which begins with "
               + $"{QueueArgument.Find(pair.Name, pair.Queue.Kind)!.Since}; it has no effect.", "Leave it out until the server is upgraded.");

    private static IEnumerable<TopologyFinding> TooOld(LintContext context)
        => from pair in ArgumentsOf(context)
           where QueueArgument.Find(pair.Name, pair.Queue.Kind) is { Until: { } until } && context.Usage.BrokerVersion is { } version && version >= until
           select new TopologyFinding("argument-of-an-earlier-version", Error, TopologyNames.Of(pair.Queue),
               $"RabbitMQ {context.Usage.BrokerVersion} refuses the argument '{pair.Name}' of a {NameOf(pair.Queue.Kind)} queue, as every version from "
               + $"{QueueArgument.Find(pair.Name, pair.Queue.Kind)!.Until} on does.", "Leave it out.");

    private static IEnumerable<(QueueDeclaration Queue, string Name)> ArgumentsOf(LintContext context)
        => context.Queues.SelectMany(queue => queue.Further.Values.Keys.Select(name => (queue, name)));

    private static bool IsPriorityOnQuorum(QueueDeclaration queue, string name) => queue.Kind == QueueKind.Quorum && name == "x-max-priority";

    private static string NameOf(QueueKind kind) => kind == QueueKind.Quorum ? "quorum" : "classic";
}
