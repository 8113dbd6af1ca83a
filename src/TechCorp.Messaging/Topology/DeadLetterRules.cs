using Microsoft.Extensions.Logging;
using static Microsoft.Extensions.Logging.LogLevel;

namespace TechCorp.Messaging;

/// <summary>What is wrong with the ways that dead letters take.</summary>
internal static class DeadLetterRules
{
    internal static IEnumerable<Func<LintContext, IEnumerable<TopologyFinding>>> All
        => [AtMostOnce, KeyWithoutExchange, ExchangeMissing, KeyMatchesNothing, BackToItself, ExpiryCycle, DeadLettersExpire, DeadLettersRefused];

    private static IEnumerable<TopologyFinding> AtMostOnce(LintContext context) => From(
        context.Queues.Where(queue => queue is { Kind: QueueKind.Quorum, DeadLetterExchange: not null, MaxLength: not null, RejectPublishWhenFull: false }),
        "dead-letters-at-most-once", Warning,
        "At-least-once dead-lettering needs a queue that refuses publishes when full; this one drops its head, so a dead letter that cannot "
        + "be routed at once is lost.", "Set Overflow to QueueOverflow.RejectPublish.");

    private static IEnumerable<TopologyFinding> KeyWithoutExchange(LintContext context) => From(
        context.Queues.Where(queue => queue is { DeadLetterRoutingKey: not null, DeadLetterExchange: null }),
        "dead-letter-key-without-exchange", Error, "A dead-letter key without an exchange does nothing: what is rejected or expires is dropped.",
        "Name the dead-letter exchange; \"\" is the default exchange, whose key is the queue.");

    private static IEnumerable<TopologyFinding> ExchangeMissing(LintContext context) => From(
        context.Queues.Where(queue => queue.DeadLetterExchange is { } exchange && !context.HasExchange(exchange)),
        "dead-letter-exchange-missing", Error,
        "Its dead-letter exchange is not declared here. The broker does not check that; while there is none, dead letters are dropped or held back.",
        "Declare the exchange with its queue and binding in the same topology, as Topology.WorkQueue does.");

    private static IEnumerable<TopologyFinding> KeyMatchesNothing(LintContext context) => From(
        context.Queues.Where(queue => queue.DeadLetterExchange is { } exchange && context.HasExchange(exchange) && !LintContext.IsReserved(exchange)
            && !context.DeadLetterTargets(queue).Any() && !context.IsDelayStep(queue)),
        "dead-letter-key-matches-nothing", Error, "No queue gets its dead letters: the exchange has no binding that their key matches.",
        "Bind a queue to the dead-letter exchange by that key.");

    private static IEnumerable<TopologyFinding> BackToItself(LintContext context) => From(
        context.Queues.Where(queue => queue.MessageTimeToLive is null && context.DeadLetterTargets(queue).Contains(queue.Name)),
        "dead-letters-to-itself", Error, "What is rejected comes back to the same queue at once, and is rejected again, forever.",
        "Send its dead letters to another queue.");

    private static IEnumerable<TopologyFinding> ExpiryCycle(LintContext context) => From(
        context.Queues.Where(queue => queue.MessageTimeToLive is not null && ExpiresBackTo(context, queue)),
        "expiry-cycle", Error, "Messages expire round in a circle and would come back; the broker drops a message that does so without a trace.",
        "Leave one queue of the circle without a time to live, and consume it.");

    private static IEnumerable<TopologyFinding> DeadLettersExpire(LintContext context) => From(
        TargetsOfAll(context).Where(queue => queue is { MessageTimeToLive: not null, DeadLetterExchange: null }),
        "dead-letters-expire", Warning, "It receives dead letters and drops them without a trace when they expire.",
        "Leave out the time to live of a dead-letter queue; discard those that are not needed.");

    private static IEnumerable<TopologyFinding> DeadLettersRefused(LintContext context) => From(
        TargetsOfAll(context).Where(queue => queue is { MaxLength: not null, RejectPublishWhenFull: true } && AnySourceAtMostOnce(context, queue)),
        "dead-letters-refused", Warning, "It receives dead letters at most once and refuses them when it is full: they are lost.",
        "Leave out its length limit, or make the sources quorum queues, which keep what was refused.");

    private static bool AnySourceAtMostOnce(LintContext context, QueueDeclaration target)
        => context.Queues.Any(source => context.DeadLetterTargets(source).Contains(target.Name)
            && !QueueArguments.Of(source).ContainsKey("x-dead-letter-strategy"));

    private static IEnumerable<QueueDeclaration> TargetsOfAll(LintContext context)
        => context.Queues.SelectMany(queue => context.DeadLetterTargets(queue).Where(target => target != queue.Name)).Distinct()
            .Select(context.Topology.QueuesByName.GetValueOrDefault).OfType<QueueDeclaration>();

    private static bool ExpiresBackTo(LintContext context, QueueDeclaration start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(context.DeadLetterTargets(start));
        while (next.TryPop(out var name))
        {
            if (name == start.Name)
            {
                return true;
            }

            if (seen.Add(name) && context.Topology.QueuesByName.GetValueOrDefault(name) is { MessageTimeToLive: not null } queue
                && !context.Usage.Consumers.ContainsKey(name))
            {
                foreach (var target in context.DeadLetterTargets(queue))
                {
                    next.Push(target);
                }
            }
        }

        return false;
    }

    private static IEnumerable<TopologyFinding> From(IEnumerable<QueueDeclaration> queues, string rule, LogLevel severity, string harm, string remedy)
        => queues.Select(queue => new TopologyFinding(rule, severity, TopologyNames.Of(queue), harm, remedy));
}
