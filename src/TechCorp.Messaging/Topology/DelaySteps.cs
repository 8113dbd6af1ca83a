using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>The queues in which a delayed message waits: 1, 2, 4, 8 s and so on, each with one time to live, so that no message waits behind one with a longer
/// delay. A message goes through those whose times add up to its delay. Plain code.</summary>
/// <remarks>
/// Each step is an exchange with its queue. The exchange sends a message into the queue if the message has the step's header, and on to the next smaller step
/// if not; so does the queue when the time has passed. After the smallest comes the destination. The routing key stays as it is all the way, which is why the
/// steps go by headers; not by ones that begin with <c>x-</c>, which the broker leaves out of the comparison
/// (<see href="https://www.rabbitmq.com/docs/exchanges#headers"/>). An exchange cannot send on to the default exchange, but a queue can: before a queue as the
/// destination, the last second of each delay is spent in one more queue.
/// </remarks>
internal static class DelaySteps
{
    internal const string HeaderPrefix = "techcorp-delay-";

    private const string ToExchange = ".delay";
    private const string ToQueue = ".queue-delay";

    /// <summary>The steps of a delay as the bits of a number: whole seconds, rounded up, so that it never ends early.</summary>
    internal static int Of(Destination destination, TimeSpan delay)
        => (int)((delay.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond) - (IsQueue(destination) ? 1 : 0);

    /// <summary>The largest of the steps: 0 is the step of a second, 1 that of two, 2 that of four; -1 where the last second is all.</summary>
    internal static int Largest(int steps) => steps == 0 ? -1 : int.Log2(steps);

    /// <summary>The name of a step, of its exchange and of its queue alike: <c>events.delay.4s</c>; of a queue as destination <c>orders.queue-delay.4s</c>, and
    /// of the last second <c>orders.queue-delay.last</c>.</summary>
    internal static string NameOf(Destination destination, int step)
    {
        var name = IsQueue(destination) ? destination.RoutingKey + ToQueue : destination.Exchange + ToExchange;
        var reserved = LintContext.IsReserved(name) ? "techcorp." : ""; // the broker refuses its own prefix
        return step < 0 ? $"{reserved}{name}.last" : $"{reserved}{name}.{1 << step}s";
    }

    internal static string HeaderOf(int step) => HeaderPrefix + step.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a queue has the name of a step.</summary>
    internal static bool IsStep(string queue)
    {
        var dot = queue.LastIndexOf('.');
        var (ladder, step) = dot < 0 ? ("", queue) : (queue[..dot], queue[(dot + 1)..]);
        return ladder.EndsWith(ToQueue, StringComparison.Ordinal) ? step == "last" || IsSeconds(step)
            : ladder.EndsWith(ToExchange, StringComparison.Ordinal) && IsSeconds(step);

        static bool IsSeconds(string step)
            => step.EndsWith('s') && int.TryParse(step[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && int.IsPow2(seconds);
    }

    /// <summary>Whether a binding is that of a step.</summary>
    internal static bool IsOne(BindingDeclaration binding)
        => binding.Exchange == binding.Queue && (binding.Header is not null || binding.Queue.EndsWith(ToQueue + ".last", StringComparison.Ordinal));

    /// <summary>The steps from the smallest to the given one.</summary>
    internal static Topology To(Destination destination, int largest)
    {
        var (topology, next) = (Topology.Empty, destination.Exchange ?? "");
        for (var step = IsQueue(destination) ? -1 : 0; step <= largest; step++)
        {
            var name = NameOf(destination, step);
            topology = topology
                .Add(step < 0
                    ? new ExchangeDeclaration(name, ExchangeKind.Fanout)
                    : new ExchangeDeclaration(name, ExchangeKind.Direct) { RoutesByHeader = true, AlternateExchange = next })
                .Add(new QueueDeclaration(name)
                {
                    MessageTimeToLive = TimeSpan.FromSeconds(step < 0 ? 1 : 1 << step),
                    DeadLetterExchange = next,
                    DeliveryLimit = DeliveryLimits.Unbounded, // over a limit it would go on before its time
                    RejectPublishWhenFull = true,
                })
                .Add(new BindingDeclaration(name, name, "") { Header = step < 0 ? null : HeaderOf(step) });
            next = name;
        }

        return topology;
    }

    private static bool IsQueue(Destination destination) => string.IsNullOrEmpty(destination.Exchange);
}
