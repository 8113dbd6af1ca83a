using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>When a publish is measured and traced, and what that costs when nobody wants to know.</summary>
[Collection(nameof(Telemetry))]
public sealed class ObservedPublisherTests : IAsyncDisposable
{
    private static readonly Destination Orders = Destination.ToQueue("orders");
    private readonly ScriptedTransport _transport = new();
    private readonly CountingClock _clock = new();
    private readonly ObservedPublisher _publisher;

    public ObservedPublisherTests() => _publisher = new ObservedPublisher(_transport, _clock);

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    [Safeguard("Free when nobody listens")]
    [Fact, Trait("Spec", "OB1"), Trait("Spec", "OB2")]
    public async Task Without_a_listener_the_message_is_published_unchanged_and_no_clock_is_read()
    {
        var message = MessageOf();

        await PublishAsync(message);

        _transport.Published.Should().ContainSingle().Which.Message.Should().BeSameAs(message);
        _clock.Reads.Should().Be(0);
    }

    [Safeguard("Free when nobody listens", SwitchedOff = "`ObservedPublisher.PublishAsync` always observes")]
    [Fact, Trait("Spec", "OB1"), Trait("Spec", "OB2")]
    public async Task Without_a_listener_it_allocates_nothing()
    {
        var broker = new InMemoryBroker();
        await using var transport = new NullTransport(broker.CreateTransport());
        var publisher = new ObservedPublisher(transport, _clock);
        var message = MessageOf();
        Publish(100); // what is made once is made
        var before = GC.GetAllocatedBytesForCurrentThread();

        var confirmed = Publish(1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        (confirmed, allocated).Should().Be((1000, 0));

        int Publish(int times) // not awaited: a state machine would be an allocation of the test
        {
            var confirmed = 0;
            for (var i = 0; i < times; i++)
            {
                var publishing = publisher.PublishAsync("publish", message, Orders, UnroutableBehavior.Fail, Eventually.Watchdog, CancellationToken.None);
                confirmed += publishing.IsCompletedSuccessfully && publishing.Result.IsConfirmed ? 1 : 0;
            }

            return confirmed;
        }
    }

    [Fact, Trait("Spec", "OB1")]
    public async Task The_latency_is_from_the_call_to_the_confirm()
    {
        using var meter = new MeterProbe(MessagingMetrics.Name);
        var confirm = new TaskCompletionSource<PublishOutcome>();
        _transport.Answer = (_, _) => confirm.Task;

        var publishing = PublishAsync(MessageOf());
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        meter.Instruments.Should().BeEmpty("it has not ended");
        confirm.SetResult(PublishOutcome.Confirmed);
        await publishing;

        meter.Values("messaging.client.operation.duration", ("messaging.system", "scripted"), ("messaging.operation.name", "publish")).Should().Equal(0.25);
    }

    [Safeguard("The message carries the span of its publish", SwitchedOff = "`ObservedPublisher` sends the message as it came")]
    [Fact, Trait("Spec", "OB2")]
    public async Task The_span_begins_before_the_write_and_ends_with_the_confirm_and_its_id_is_what_the_message_carries()
    {
        using var trace = new TraceProbe(MessagingMetrics.Name);
        var confirm = new TaskCompletionSource<PublishOutcome>();
        Activity? atWrite = null;
        _transport.Answer = (_, _) =>
        {
            atWrite = Activity.Current;
            return confirm.Task;
        };

        var publishing = PublishAsync(MessageOf());
        trace.Ended.Should().BeEmpty("there is no confirm yet");
        confirm.SetResult(PublishOutcome.Confirmed);
        await publishing;

        var span = trace.Ended.Should().ContainSingle().Which;
        span.Should().BeSameAs(atWrite);
        (span.Kind, span.ParentSpanId).Should().Be((ActivityKind.Producer, trace.Root.SpanId));
        _transport.Published.Single().Message.Headers[MessageHeaders.TraceParent].Should().Be(span.Id);
    }

    [Safeguard("A message with a span is otherwise unchanged", SwitchedOff = "`MessageCopy.With` forgets what a foreign producer said")]
    [Fact, Trait("Spec", "OB2")]
    public async Task What_carries_a_span_is_the_same_message_otherwise()
    {
        using var trace = new TraceProbe(MessagingMetrics.Name);
        var message = new Message
        {
            Body = "{}"u8.ToArray(),
            Type = "order.created",
            Id = "m1",
            Timestamp = _clock.GetUtcNow(),
            ContentType = "text/plain",
            CorrelationId = "c1",
            AppId = "order-service",
            Foreign = new ForeignProperties { Priority = 7 },
        };

        await PublishAsync(message);

        var sent = _transport.Published.Single().Message;
        sent.Should().NotBeSameAs(message).And.BeEquivalentTo(message, options => options.Excluding(m => m.Headers).IncludingInternalProperties());
        sent.Foreign.Should().BeSameAs(message.Foreign);
    }

    [Safeguard("A message from elsewhere stays in its own trace", SwitchedOff = "`PublishActivity.ParentOf` goes by the span of now alone")]
    [Fact, Trait("Spec", "OB2")]
    public async Task A_message_that_carries_another_trace_is_published_in_that_one()
    {
        using var trace = new TraceProbe(MessagingMetrics.Name);
        var carried = trace.Root.Id!;
        using var other = new Activity("sender of an outbox").SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom()).Start();

        await PublishAsync(MessageOf(new() { [MessageHeaders.TraceParent] = carried }));

        trace.Ended.Should().ContainSingle().Which.ParentSpanId.Should().Be(trace.Root.SpanId);
    }

    [Fact, Trait("Spec", "OB2")]
    public async Task A_publish_that_throws_ends_its_span_with_the_error()
    {
        using var trace = new TraceProbe(MessagingMetrics.Name);
        using var meter = new MeterProbe(MessagingMetrics.Name);
        _transport.Answer = (_, _) => throw new InvalidOperationException("broken");

        await FluentActions.Awaiting(() => PublishAsync(MessageOf())).Should().ThrowAsync<InvalidOperationException>();

        trace.Ended.Should().ContainSingle().Which.Should()
            .Match<Activity>(span => span.Status == ActivityStatusCode.Error && span.StatusDescription == "broken");
        meter.Total("techcorp.messaging.publish.outcomes", ("outcome", "failed")).Should().Be(1);
    }

    private static Message MessageOf(Dictionary<string, string>? headers = null)
        => new() { Body = "{}"u8.ToArray(), Type = "order.created", Headers = headers ?? [] };

    private Task<PublishOutcome> PublishAsync(Message message)
        => _publisher.PublishAsync("publish", message, Orders, UnroutableBehavior.Fail, Eventually.Watchdog, TestContext.Current.CancellationToken).AsTask();

    private sealed class CountingClock : FakeTimeProvider
    {
        internal int Reads { get; private set; }

        public override long GetTimestamp()
        {
            Reads++;
            return base.GetTimestamp();
        }
    }

    /// <summary>Confirms at once and for nothing.</summary>
    private sealed class NullTransport(ITransport rest) : ITransport
    {
        public string Name => rest.Name;

        public string System => rest.System;

        public PublishLoad PublishLoad => rest.PublishLoad;

        public TransportState State => rest.State;

        public ValueTask<PublishOutcome> PublishAsync(Message message, Destination destination, UnroutableBehavior unroutableBehavior, TimeSpan timeout,
            CancellationToken cancellationToken)
            => ValueTask.FromResult(PublishOutcome.Confirmed);

        public Task StartAsync(CancellationToken cancellationToken) => rest.StartAsync(cancellationToken);

        public Task DeclareAsync(Topology topology, TopologyMode mode, CancellationToken cancellationToken)
            => rest.DeclareAsync(topology, mode, cancellationToken);

        public Task<IReadOnlyList<TopologyChange>> PlanAsync(Topology topology, CancellationToken cancellationToken)
            => rest.PlanAsync(topology, cancellationToken);

        public Task<IDeliverySource> ConsumeAsync(string queue, ushort prefetch, Action<Delivery> sink, CancellationToken cancellationToken)
            => rest.ConsumeAsync(queue, prefetch, sink, cancellationToken);

        public Task<IQueueReader> OpenReaderAsync(string queue, CancellationToken cancellationToken) => rest.OpenReaderAsync(queue, cancellationToken);

        public Task<QueueCounts?> CountAsync(string queue, CancellationToken cancellationToken) => rest.CountAsync(queue, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => rest.StopAsync(cancellationToken);

        public ValueTask DisposeAsync() => rest.DisposeAsync();
    }
}
