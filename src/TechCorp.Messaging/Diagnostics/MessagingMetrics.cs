using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TechCorp.Messaging;

/// <summary>The meter <c>TechCorp.Messaging</c>. One for the process; queues and outcomes are tags.</summary>
internal static class MessagingMetrics
{
    internal const string Name = "TechCorp.Messaging";

    internal static readonly ActivitySource Activities = new(Name);
    private static readonly object Yes = true;
    private static readonly object No = false;
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Consumed = Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Deliveries given to the consumers.");
    private static readonly Counter<long> Settled = Meter.CreateCounter<long>("techcorp.messaging.settled", "{message}", "Deliveries settled, by what became of them.");
    private static readonly Counter<long> Stale = Meter.CreateCounter<long>("techcorp.messaging.stale", "{message}", "Deliveries and settles of a channel that is gone; the messages come again.");
    private static readonly Counter<long> Moved = Meter.CreateCounter<long>("techcorp.messaging.move.failures", "{message}", "Copies for retry and dead-letter queues that the broker did not confirm.");
    private static readonly Histogram<double> Handling = Meter.CreateHistogram<double>("messaging.process.duration", "s", "How long one handler call took.");

    internal static void Received(string queue) => Consumed.Add(1, Destination(queue));

    internal static void SettledAs(string queue, VerdictKind verdict) => Settled.Add(1, Destination(queue), new KeyValuePair<string, object?>("outcome", TextOf(verdict)));

    internal static void WasStale(string queue, int count) => Stale.Add(count, Destination(queue));

    internal static void MoveFailed(string queue) => Moved.Add(1, Destination(queue));

    internal static void Handled(string queue, string type, TimeSpan duration, bool succeeded)
        => Handling.Record(duration.TotalSeconds, Destination(queue), new KeyValuePair<string, object?>("messaging.message.type", type), new KeyValuePair<string, object?>("succeeded", succeeded ? Yes : No));

    private static KeyValuePair<string, object?> Destination(string queue) => new("messaging.destination.name", queue);

    private static string TextOf(VerdictKind verdict) => verdict switch
    {
        VerdictKind.Acknowledge => "acknowledged",
        VerdictKind.RetryAfter => "retried",
        VerdictKind.DeadLetter => "dead-lettered",
        _ => "requeued",
    };
}
