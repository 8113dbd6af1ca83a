using System.Diagnostics;
using System.Diagnostics.Metrics;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What meter and spans say about a message's life, on every transport. Run alone: both are of the whole process.</summary>
public abstract class TelemetryContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private const string Source = "TechCorp.Messaging";
    private volatile bool _healed;

    private string DeadLetterQueue => Topology.DeadLetterQueueOf(Queue);

    [Safeguard("The message carries the span of its publish")]
    [Safeguard("A copy is the child of the attempt that failed", SwitchedOff = "`PublishActivity.ParentOf` goes by what the message carries alone")]
    [Safeguard("A message from elsewhere stays in its own trace")]
    [Fact, Trait("Spec", "OB2")]
    public async Task One_trace_goes_through_publish_consume_retry_dead_letter_and_redrive_each_the_child_of_the_one_before()
    {
        using var trace = new TraceProbe(Source);
        var bus = await StartAsync();

        await PublishOrdersAsync(bus, "o1");
        await DeadLettersAsync(bus, 1);
        _healed = true;
        Activity.Current = null; // an operator, another day
        await bus.DeadLetters.RedriveAsync(Queue, cancellationToken: Cancellation);

        await Eventually.Holds(() => trace.Ended.Count == 9, "all nine spans have ended");
        trace.Chain().Should().Equal(
            $"Producer publish {Queue} Unset",
            $"Consumer process {Queue} Error",
            $"Producer retry {Queue}.retry.100ms Unset",
            $"Consumer process {Queue} Error",
            $"Producer retry {Queue}.retry.200ms Unset",
            $"Consumer process {Queue} Error",
            $"Producer dead-letter {DeadLetterQueue} Unset",
            $"Producer redrive {Queue} Unset",
            $"Consumer process {Queue} Unset");
        trace.Ended.Should()
            .OnlyContain(span => Equals(span.GetTagItem("messaging.message.id"), "o1") && Equals(span.GetTagItem("messaging.system"), Transport.System));
    }

    [Fact, Trait("Spec", "OB2")]
    public async Task The_span_of_a_publish_that_is_not_confirmed_says_how_it_ended()
    {
        using var trace = new TraceProbe(Source);
        var bus = await StartAsync();
        var nowhere = Backend.Queue("nowhere");

        await bus.Publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue(nowhere), cancellationToken: Cancellation);

        var span = trace.Ended.Should().ContainSingle().Which;
        (span.Status.ToString(), span.GetTagItem("error.type")).Should().Be(("Error", "returned"));
        span.StatusDescription.Should().StartWith("Returned: ");
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task The_meter_counts_what_becomes_of_publishes_and_deliveries()
    {
        using var meter = new MeterProbe(Source);
        var bus = await StartAsync();
        (string, object) system = ("messaging.system", Transport.System), queue = ("messaging.destination.name", Queue);

        await PublishOrdersAsync(bus, "o1");
        await DeadLettersAsync(bus, 1);
        _healed = true;
        await bus.DeadLetters.RedriveAsync(Queue, cancellationToken: Cancellation);
        await Eventually.Holds(() => Settled("acknowledged") == 1, "the redriven message is handled");

        Published("publish", Queue).Should().Be((1, 1, 1));
        Published("retry", Queue + ".retry.100ms").Should().Be((1, 1, 1));
        Published("retry", Queue + ".retry.200ms").Should().Be((1, 1, 1));
        Published("dead-letter", DeadLetterQueue).Should().Be((1, 1, 1));
        Published("redrive", Queue).Should().Be((1, 1, 1));
        meter.Total("messaging.client.consumed.messages", system, queue).Should().Be(4);
        Settled("retried").Should().Be(2);
        Settled("dead-lettered").Should().Be(1);
        meter.Total("techcorp.messaging.retries", system, queue).Should().Be(2);
        meter.Total("techcorp.messaging.dead_lettered", system, queue, ("reason", "attempts-exhausted")).Should().Be(1);
        (string, object) failed = ("error.type", "System.InvalidOperationException"), type = ("messaging.message.type", "order.created");
        meter.Values("messaging.process.duration", system, queue, failed, type).Should().HaveCount(3);
        meter.Values("messaging.process.duration", system, queue, ("error.type", null!)).Should().HaveCount(1);

        (double Confirmed, double Sent, int Timed) Published(string operation, string destination)
        {
            (string, object)[] tags = [system, ("messaging.operation.name", operation), ("messaging.operation.type", "send"),
                ("messaging.destination.name", destination)];
            return (meter.Total("techcorp.messaging.publish.outcomes", [.. tags, ("outcome", "confirmed")]),
                meter.Total("messaging.client.sent.messages", tags), meter.Values("messaging.client.operation.duration", tags).Count);
        }

        double Settled(string outcome) => meter.Total("techcorp.messaging.settled", system, queue, ("outcome", outcome));
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task A_publish_without_a_queue_and_one_to_a_full_queue_are_counted_as_such()
    {
        using var meter = new MeterProbe(Source);
        var bus = await StartAsync();
        var nowhere = Backend.Queue("nowhere");
        var full = await DeclareQueueAsync(queue => queue with { Kind = QueueKind.Classic, MaxLength = 1, RejectPublishWhenFull = true });

        await bus.Publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue(nowhere), cancellationToken: Cancellation);
        await Eventually.Holds(
            async () => (await bus.Publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue(full),
                cancellationToken: Cancellation)).Kind == PublishOutcomeKind.Rejected,
            "the queue is full");

        foreach (var (queue, outcome) in new[] { (nowhere, "returned"), (full, "rejected") })
        {
            meter.Total("techcorp.messaging.publish.outcomes", ("messaging.destination.name", queue), ("outcome", outcome)).Should().Be(1);
            meter.Total("messaging.client.sent.messages", ("messaging.destination.name", queue), ("error.type", outcome)).Should().Be(1);
            meter.Values("messaging.client.operation.duration", ("messaging.destination.name", queue), ("error.type", outcome)).Should().HaveCount(1);
        }
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task Deliveries_of_a_lost_channel_and_copies_that_are_not_confirmed_are_counted()
    {
        using var meter = new MeterProbe(Source);
        var gate = new TaskCompletionSource();
        var transport = await StartServiceAsync();
        var bus = await ConsumeAsync(
            async (_, _, _) =>
            {
                await gate.Task;
                throw new PermanentFailureException("never");
            },
            transport: transport);
        await PublishOrdersAsync(bus, "o1");
        await Eventually.Holds(() => bus.Consumers.Status()[0].Running == 1, "the handler runs");

        await Backend.CutAsync(transport);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Received == 2, "the message came again");
        await Backend.DeleteQueueAsync(Topology.DeadLetterQueueOf(Queue));
        gate.SetResult();

        await HoldsInTimeAsync(() => Total("techcorp.messaging.stale") >= 1, "the settle of the first delivery is stale");
        await HoldsInTimeAsync(() => Total("techcorp.messaging.move.failures") >= 1, "the copy of the second finds no queue");

        double Total(string instrument) => meter.Total(instrument, ("messaging.system", Transport.System), ("messaging.destination.name", Queue));
    }

    [Fact, Trait("Spec", "FM16")]
    public async Task Duration_histograms_advise_the_buckets_of_the_conventions()
    {
        await StartAsync();
        var advice = new Dictionary<string, IReadOnlyList<double>?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument is Histogram<double> { Meter.Name: Source } histogram)
                {
                    advice[histogram.Name] = histogram.Advice?.HistogramBucketBoundaries;
                }
            },
        };

        listener.Start();

        advice.Keys.Should().BeEquivalentTo("messaging.client.operation.duration", "messaging.process.duration");
        advice.Values.Should().AllSatisfy(buckets => buckets.Should().Equal(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10));
    }

    [Safeguard("The broker's address is in metrics and spans", SwitchedOff = "`MessagingMetrics.AddServer` adds nothing",
        Remark = "on RabbitMQ")]
    [Fact, Trait("Spec", "FM16")]
    public async Task Metrics_and_spans_name_the_broker_and_the_error_and_no_flag()
    {
        using var meter = new MeterProbe(Source);
        using var trace = new TraceProbe(Source);
        var transport = await StartServiceAsync();
        var bus = await StartAsync(transport);

        await PublishOrdersAsync(bus, "o1");
        await DeadLettersAsync(bus, 1);

        (string, object)[] server = [("server.address", transport.PublishingServer?.Address!), ("server.port", transport.PublishingServer?.Port!)];
        meter.Values("messaging.client.sent.messages", server).Should().HaveCount(4, "a publish, two retries and a dead letter");
        meter.Values("messaging.client.operation.duration", server).Should().HaveCount(4);
        meter.Values("messaging.client.consumed.messages", server).Should().HaveCount(3);
        meter.Values("messaging.process.duration", [.. server, ("error.type", "System.InvalidOperationException")]).Should().HaveCount(3);
        meter.Tags.Should().NotContain("succeeded");
        await Eventually.Holds(() => trace.Ended.Count == 7, "all spans have ended");
        trace.Ended.Should().OnlyContain(span => Equals(span.GetTagItem("server.address"), server[0].Item2)
            && Equals(span.GetTagItem("server.port"), server[1].Item2));
        (transport.PublishingServer is null, transport.ConsumingServer).Should().Be((transport.System == "in_memory", transport.PublishingServer));
    }

    private Task<MessageBus> StartAsync(ITransport? transport = null) => ConsumeAsync(
        (_, _, _) => _healed ? Task.CompletedTask : throw new InvalidOperationException("not healed"), transport: transport);
}
