using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>What the meter says of faults that only a real connection has.</summary>
[Collection(nameof(Telemetry))]
public sealed class RabbitMqTelemetryTests : RabbitMqTransportTest
{
    private const string Outcomes = "techcorp.messaging.publish.outcomes";
    private readonly MeterProbe _meter = new(MessagingMetrics.Name);

    public override async ValueTask DisposeAsync()
    {
        _meter.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task What_waits_and_what_is_unconfirmed_is_seen_and_what_expires_or_is_cancelled_is_counted()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions { MaxOutstandingConfirms = 1 });
        await using var bus = await StartBusAsync(transport, queue);
        using var cancelling = new CancellationTokenSource();
        Backend.ProxyOf(transport).Stall();
        var written = bus.Publisher.TryPublishAsync(TextMessage.Of("1"), Destination.ToQueue(queue), cancellationToken: cancelling.Token).AsTask();
        var waiting = bus.Publisher.TryPublishAsync(TextMessage.Of("2"), Destination.ToQueue(queue), new PublishOptions { Timeout = TimeSpan.FromSeconds(1) },
            Cancellation).AsTask();

        (_meter.Now("techcorp.messaging.publish.outstanding", System), _meter.Now("techcorp.messaging.publish.waiting", System)).Should().Be((1, 1));
        (await waiting).Kind.Should().Be(PublishOutcomeKind.Expired);
        await cancelling.CancelAsync();
        await FluentActions.Awaiting(() => written).Should().ThrowAsync<OperationCanceledException>();

        _meter.Total(Outcomes, System, To(queue), ("outcome", "expired")).Should().Be(1);
        _meter.Total(Outcomes, System, To(queue), ("outcome", "cancelled")).Should().Be(1);
        Backend.ProxyOf(transport).Resume();
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task What_a_lost_connection_took_with_it_is_counted_and_so_are_connection_channel_and_consumer_that_come_back()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions { ConnectionLossBehavior = ConnectionLossBehavior.Fail });
        await using var bus = await StartBusAsync(transport, queue);
        Backend.ProxyOf(transport).Stall();
        var lost = bus.Publisher.TryPublishAsync(TextMessage.Of("1"), Destination.ToQueue(queue), cancellationToken: Cancellation).AsTask();
        await Eventually.Holds(() => transport.Outstanding == 1, "it is in flight");

        Backend.ProxyOf(transport).Cut();
        Backend.ProxyOf(transport).Resume();

        (await lost).Kind.Should().Be(PublishOutcomeKind.ConnectionLost);
        _meter.Total(Outcomes, System, To(queue), ("outcome", "connection-lost")).Should().Be(1);
        await Eventually.Holds(() => Rebuilt("connection") >= 2 && Rebuilt("channel") >= 1 && Rebuilt("consumer") >= 1,
            "both connections, the publishing channel and the consumer are open again");
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task A_channel_that_the_broker_closed_is_counted_when_it_is_open_again_and_nothing_else_is()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions());
        await using var bus = await StartBusAsync(transport, queue);

        await bus.Publisher.TryPublishAsync(TextMessage.Of("1"), Destination.ToExchange(Backend.Exchange("missing")), cancellationToken: Cancellation);

        await Eventually.Holds(() => Rebuilt("channel") == 1, "the publishing channel is open again");
        (Rebuilt("connection"), Rebuilt("consumer")).Should().Be((0, 0));
    }

    [Fact, Trait("Spec", "OB2")]
    public async Task The_spans_of_publishers_that_wait_for_one_channel_are_not_mixed_up()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions { MaxOutstandingConfirms = 2 });
        await using var bus = await StartBusAsync(transport, queue);
        using var trace = new TraceProbe(MessagingMetrics.Name);

        await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => bus.Publisher.PublishAsync(bus.Publisher.Catalog.Create(new OrderCreated($"o{i}"), $"m{i}"), Destination.ToQueue(queue),
                cancellationToken: Cancellation)));
        await Eventually.Holds(() => trace.Ended.Count(span => span.DisplayName == $"process {queue}") == 50, "all are processed");

        var published = trace.Ended.Where(span => span.DisplayName == $"publish {queue}")
            .ToDictionary(span => (string)span.GetTagItem("messaging.message.id")!);
        published.Should().HaveCount(50).And.OnlyContain(span => span.Value.ParentSpanId == trace.Root.SpanId);
        trace.Ended.Where(span => span.DisplayName == $"process {queue}").Should()
            .OnlyContain(span => span.ParentSpanId == published[(string)span.GetTagItem("messaging.message.id")!].SpanId);
    }

    private static (string Name, object Value) System { get; } = ("messaging.system", "rabbitmq");

    private static (string Name, object Value) To(string queue) => ("messaging.destination.name", queue);

    private double Rebuilt(string what) => _meter.Total("techcorp.messaging.rebuilds", System, ("rebuilt", what));

    private async Task<(RabbitMqTransport Transport, string Queue)> StartAsync(PublisherOptions publisher)
        => (await Backend.StartAsync(publisher), Backend.Queue());

    private static async Task<MessageBus> StartBusAsync(RabbitMqTransport transport, string queue) => await MessageBus.StartAsync(
        m => m.UseTransport(_ => transport)
            .AddMessage("order.created", TestJson.Default.OrderCreated, Destination.ToQueue(queue))
            .AddTopology(Topology.WorkQueue(queue))
            .AddConsumer<OrderCreated>(queue, (_, _, _) => Task.CompletedTask, o => o.Policy = new DeliveryPolicy { Delays = [] }),
        Cancellation);
}
