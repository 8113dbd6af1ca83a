using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TechCorp.Messaging;

/// <summary>The meter <c>TechCorp.Messaging</c>. One for the process; broker, queues and outcomes are tags. Names and tags are OpenTelemetry's for
/// messaging where it has some.</summary>
internal static class MessagingMetrics
{
    internal const string Name = "TechCorp.Messaging";

    internal static readonly ActivitySource? Activities = SafeTelemetry.Source(Name);

    /// <summary>The boundaries that the conventions give for durations in seconds: the default ones, made for milliseconds, put all of them into one bucket.
    /// </summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Sent = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Publishes that have ended, with any outcome."));
    private static readonly Counter<long> Outcomes = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.publish.outcomes", "{message}", "Publishes that have ended, by their outcome."));
    private static readonly Histogram<double> Publishing = SafeTelemetry.Instrument(Meter,
        static meter
        => meter.CreateHistogram<double>("messaging.client.operation.duration", "s", "From the call to the confirm, or to whatever ended the publish.",
            tags: null, Seconds));
    private static readonly Counter<long> Consumed = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Deliveries given to the consumers."));
    private static readonly Counter<long> Settled = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.settled", "{message}", "Deliveries settled, by how they were settled."));
    private static readonly Counter<long> Stale = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.stale", "{message}",
        "Deliveries and settlements of a lost channel; the broker delivers the messages again."));
    private static readonly Counter<long> Retries = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.retries", "{message}", "Copies confirmed by retry queues."));
    private static readonly Counter<long> DeadLetters = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.dead_lettered", "{message}", "Copies confirmed by dead-letter queues, by reason."));
    private static readonly Counter<long> Moved = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.move.failures", "{message}",
        "Copies for retry and dead-letter queues that the broker did not confirm."));
    private static readonly Counter<long> Rebuilds = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateCounter<long>("techcorp.messaging.rebuilds", "{rebuild}",
        "Connections, publishing channels and consumers that were lost and are open again."));
    private static readonly Histogram<double> Handling = SafeTelemetry.Instrument(Meter,
        static meter => meter.CreateHistogram<double>("messaging.process.duration", "s", "How long one handler call took.", tags: null, Seconds));

    static MessagingMetrics()
    {
        SafeTelemetry.Instrument(Meter, static meter => meter.CreateObservableUpDownCounter("techcorp.messaging.publish.outstanding",
            static () => PublishGauges.Measure(static load => load.Outstanding), "{message}", "Publishes written and not confirmed."));
        SafeTelemetry.Instrument(Meter, static meter => meter.CreateObservableUpDownCounter("techcorp.messaging.publish.waiting",
            static () => PublishGauges.Measure(static load => load.Waiting), "{message}", "Publishes that wait to be written."));
    }

    /// <summary>Whether a listener samples spans.</summary>
    internal static bool Traces => Activities is { } source && source.HasListeners();

    /// <summary>Whether a listener measures publishes.</summary>
    internal static bool ObservesPublishing => Sent.Enabled || Outcomes.Enabled || Publishing.Enabled;

    /// <summary>Whether a listener measures handlers; only then is the clock read for it.</summary>
    internal static bool TimesHandlers => Handling.Enabled;

    /// <param name="operation">publish, retry, dead-letter or redrive.</param>
    /// <param name="transport">The broker.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="duration">How long it took.</param>
    internal static void PublishEnded(string operation, ITransport transport, Destination destination, string outcome, TimeSpan duration)
    {
        var tags = new TagList
        {
            { MessagingTags.System, transport.System },
            { MessagingTags.OperationName, operation },
            { MessagingTags.OperationType, "send" },
            { MessagingTags.Destination, MessagingTags.NameOf(destination) },
        };
        AddServer(ref tags, transport.PublishingServer);
        var byOutcome = tags;
        byOutcome.Add("outcome", outcome);
        SafeTelemetry.Add(Outcomes, 1, byOutcome);
        if (outcome != PublishOutcomeText.Confirmed)
        {
            tags.Add(MessagingTags.Error, outcome);
        }

        SafeTelemetry.Add(Sent, 1, tags);
        SafeTelemetry.Record(Publishing, duration, tags);
    }

    internal static void Received(ITransport transport, string queue)
    {
        if (Consumed.Enabled)
        {
            var tags = new TagList
            {
                { MessagingTags.System, transport.System },
                { MessagingTags.OperationName, "consume" },
                { MessagingTags.Destination, queue },
            };
            AddServer(ref tags, transport.ConsumingServer);
            SafeTelemetry.Add(Consumed, 1, tags);
        }
    }

    internal static void SettledAs(string system, string queue, string outcome)
        => Count(Settled, 1, System(system), Destination(queue), new KeyValuePair<string, object?>("outcome", outcome));

    internal static void WasStale(string system, string queue, int count) => Count(Stale, count, System(system), Destination(queue));

    /// <param name="system">The broker's kind.</param>
    /// <param name="queue">The queue whose delivery was moved.</param>
    /// <param name="reason">Of a dead letter; null of a retry.</param>
    internal static void WasMoved(string system, string queue, string? reason)
    {
        if (reason is null)
        {
            Count(Retries, 1, System(system), Destination(queue));
        }
        else
        {
            Count(DeadLetters, 1, System(system), Destination(queue), new KeyValuePair<string, object?>("reason", reason));
        }
    }

    internal static void MoveFailed(string system, string queue) => Count(Moved, 1, System(system), Destination(queue));

    /// <param name="what">connection, channel or consumer.</param>
    internal static void Rebuilt(string what) => Count(Rebuilds, 1, System("rabbitmq"), new KeyValuePair<string, object?>("rebuilt", what));

    /// <param name="transport">The broker.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="type">The wire name.</param>
    /// <param name="duration">How long the handler took.</param>
    /// <param name="error">What it failed with; null when it succeeded.</param>
    internal static void Handled(ITransport transport, string queue, string type, TimeSpan duration, string? error)
    {
        if (Handling.Enabled)
        {
            var tags = new TagList
            {
                { MessagingTags.System, transport.System },
                { MessagingTags.OperationName, "process" },
                { MessagingTags.Destination, queue },
                { "messaging.message.type", type },
            };
            if (error is not null)
            {
                tags.Add(MessagingTags.Error, error);
            }

            AddServer(ref tags, transport.ConsumingServer);
            SafeTelemetry.Record(Handling, duration, tags);
        }
    }

    /// <summary>No list has more than eight tags, which it holds without an array.</summary>
    private static void AddServer(ref TagList tags, ServerEndpoint? server)
    {
        if (server is not null)
        {
            tags.Add(MessagingTags.ServerAddress, server.Address);
            tags.Add(MessagingTags.ServerPort, server.PortTag);
        }
    }

    private static void Count(Counter<long> counter, long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (counter.Enabled)
        {
            SafeTelemetry.Add(counter, value, new TagList(tags));
        }
    }

    private static KeyValuePair<string, object?> System(string system) => new(MessagingTags.System, system);

    private static KeyValuePair<string, object?> Destination(string queue) => new(MessagingTags.Destination, queue);
}
