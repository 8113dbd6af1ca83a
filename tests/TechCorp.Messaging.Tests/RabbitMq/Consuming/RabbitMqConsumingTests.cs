using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqConsumingTests : RabbitMqTransportTest
{
    [Fact, Trait("Spec", "CN1")]
    public async Task An_acknowledged_message_is_gone_and_an_unsettled_one_comes_back_when_the_source_is_disposed()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport, QueueKind.Quorum);
        await PublishAsync(transport, queue, "1");
        await PublishAsync(transport, queue, "2");
        var subscription = await SubscribeAsync(transport, queue);
        await subscription.ReceivesAsync(2);

        subscription.Settle(0).Should().BeTrue();
        await subscription.Source.DisposeAsync();

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 1, "the unsettled message is back");
        (await TextsAsync(queue)).Should().Equal("2");
    }

    [Fact, Trait("Spec", "CN4")]
    public async Task No_more_are_unsettled_than_the_prefetch()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        for (var i = 0; i < 8; i++)
        {
            await PublishAsync(transport, queue, $"{i}");
        }

        var subscription = await SubscribeAsync(transport, queue, prefetch: 5);
        await subscription.ReceivesAsync(5);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 3, "three stay in the queue");
        subscription.Deliveries.Should().HaveCount(5);

        subscription.Settle(0).Should().BeTrue();
        await subscription.ReceivesAsync(6);
    }

    [Safeguard("A tag is settled once")]
    [Fact, Trait("Spec", "CN5")]
    public async Task Settling_twice_puts_nothing_on_the_wire_and_the_channel_lives()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        await PublishAsync(transport, queue, "1");
        var subscription = await SubscribeAsync(transport, queue);
        await subscription.ReceivesAsync(1);

        subscription.Settle(0).Should().BeTrue();
        subscription.Settle(0, Settlement.Requeue).Should().BeFalse();
        subscription.Settle(0).Should().BeFalse();

        await PublishAsync(transport, queue, "2");
        await subscription.ReceivesAsync(2);
        subscription.Source.Generation.Should().Be(1);
    }

    [Safeguard("A settle of an older generation is dropped", SwitchedOff = "`RabbitMqDeliverySource.TrySettle` compares no generations")]
    [Fact, Trait("Spec", "CN5"), Trait("Spec", "CN6")]
    public async Task A_settle_of_a_lost_connection_is_dropped_and_the_message_comes_again_redelivered()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport, QueueKind.Quorum);
        await PublishAsync(transport, queue, "1");
        var subscription = await SubscribeAsync(transport, queue);
        await subscription.ReceivesAsync(1);

        await Backend.CutAsync(transport);
        var deliveries = await subscription.ReceivesAsync(2);

        deliveries[1].Should().BeEquivalentTo(new { Generation = 2L, Redelivered = true, Tag = 1UL });
        subscription.Settle(0).Should().BeFalse("the tag belongs to the first channel, although the second has one of the same number");
        subscription.Settle(1).Should().BeTrue();
        await PublishAsync(transport, queue, "2");
        (await subscription.ReceivesAsync(3))[2].Generation.Should().Be(2);
    }

    [Fact, Trait("Spec", "CN7")]
    public async Task A_consumer_comes_back_when_its_queue_was_deleted()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        var subscription = await SubscribeAsync(transport, queue);

        await RabbitMqServer.DeleteQueueAsync(queue);

        await Eventually.Holds(() => subscription.Source is { Generation: > 1, IsConsuming: true }, "the queue is declared again and consumed");
        (await PublishAsync(transport, queue, "after")).IsConfirmed.Should().BeTrue();
        await subscription.ReceivesAsync(1);
    }

    [Fact, Trait("Spec", "CN7")]
    public async Task A_consumer_of_a_foreign_queue_resumes_when_the_queue_is_declared_again()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = Backend.Queue();
        await using var operations = await RabbitMqServer.ChannelAsync();
        await operations.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation);
        var subscription = await SubscribeAsync(transport, queue);
        await RabbitMqServer.DeleteQueueAsync(queue);
        await Eventually.Holds(() => !subscription.Source.IsConsuming, "the consumer notices");

        await operations.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation);

        await Eventually.Holds(() => subscription.Source.IsConsuming, "it consumes again");
    }

    [Safeguard("No more than 64 gather", SwitchedOff = "`RabbitMqConsumer.TrySettle` counts none")]
    [Fact, Trait("Spec", "CN4")]
    public async Task Settlements_that_may_wait_are_sent_together_when_enough_have_gathered_or_on_flush()
    {
        const int Enough = 64;
        var transport = await Backend.StartAsync(new PublisherOptions(), new FakeTimeProvider()); // else the 5 ms may be over
        var queue = await QueueAsync(transport);
        await Task.WhenAll(Enumerable.Range(0, Enough + 2).Select(i => PublishAsync(transport, queue, $"{i}")));
        var consumer = await SubscribeAsync(transport, queue, prefetch: Enough);
        var deliveries = await consumer.ReceivesAsync(Enough);

        foreach (var delivery in deliveries.Take(Enough - 1))
        {
            consumer.Source.TrySettleSoon(delivery, Settlement.Acknowledge).Should().BeTrue();
        }

        var ledger = ((RabbitMqDeliverySource)consumer.Source).Consumer!.Settlements;
        ledger.Gathered.Should().Be(Enough - 1);
        consumer.Source.TrySettleSoon(deliveries[^1], Settlement.Acknowledge);
        var late = await consumer.ReceivesAsync(Enough + 2);
        consumer.Source.TrySettleSoon(late[^1], Settlement.Acknowledge);
        consumer.Source.TrySettleSoon(late[^2], Settlement.Acknowledge);
        ledger.Gathered.Should().Be(2);
        consumer.Source.Flush();

        await Eventually.Holds(() => ledger.Gathered == 0, "what has gathered is sent");
        await consumer.Source.DisposeAsync();
        (await TextsAsync(queue)).Should().BeEmpty();
    }

    [Safeguard("What has gathered at rest goes out when the broker may wait for it", SwitchedOff = "`RabbitMqSettleWriter.FlushAtRest` does nothing")]
    [Theory, Trait("Spec", "CN4")]
    [InlineData(1, 1, 0, 1)]
    [InlineData(2, 1, 0, 1)]
    [InlineData(10, 5, 3, 4)]
    [InlineData(10, 6, 2, 3)] // three are still held when it goes out
    [InlineData(10, 9, 0, 1)]
    [InlineData(10, 10, 0, 1)] // nine are held: the broker has nothing more to give
    public async Task At_rest_settlements_gather_until_they_are_half_of_what_is_not_held(int prefetch, int delivered, int gather, int goOut)
    {
        var transport = await Backend.StartAsync(new PublisherOptions(), new FakeTimeProvider());
        var queue = await QueueAsync(transport);
        await Task.WhenAll(Enumerable.Range(0, delivered).Select(i => PublishAsync(transport, queue, $"{i}")));
        var consumer = await SubscribeAsync(transport, queue, (ushort)prefetch);
        var deliveries = await consumer.ReceivesAsync(delivered);
        var settlements = ((RabbitMqDeliverySource)consumer.Source).Consumer!.Settlements;

        Settle(0, gather);
        consumer.Source.FlushAtRest();
        settlements.Gathered.Should().Be(gather);
        Settle(gather, goOut);
        consumer.Source.FlushAtRest();

        await Eventually.Holds(() => settlements.Gathered == 0, "half of what is not held is sent");

        void Settle(int from, int to)
            => deliveries.Take(from..to).Count(delivery => consumer.Source.TrySettleSoon(delivery, Settlement.Acknowledge)).Should().Be(to - from);
    }

    [Fact, Trait("Spec", "CN8")]
    public async Task A_channel_closed_by_the_broker_is_rebuilt_and_the_others_are_untouched()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var (broken, whole) = (await QueueAsync(transport), await QueueAsync(transport));
        var victim = await SubscribeAsync(transport, broken);
        var bystander = await SubscribeAsync(transport, whole);
        await PublishAsync(transport, broken, "1");
        await victim.ReceivesAsync(1);
        var connections = Backend.ProxyOf(transport).Accepted;

        await ((RabbitMqDeliverySource)victim.Source).Consumer!.Channel.BasicAckAsync(777, multiple: false, Cancellation); // an unknown tag: 406

        await Eventually.Holds(() => victim.Source is { Generation: 2, IsConsuming: true }, "the channel is rebuilt");
        await victim.ReceivesAsync(2);
        bystander.Source.Should().BeEquivalentTo(new { Generation = 1L, IsConsuming = true });
        Backend.ProxyOf(transport).Accepted.Should().Be(connections);
    }

    [Fact, Trait("Spec", "CN9")]
    public async Task After_a_cancel_the_sink_is_silent_settling_works_and_nothing_is_delivered_twice()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport, QueueKind.Quorum);
        var publishes = Enumerable.Range(0, 300).Select(i => PublishAsync(transport, queue, $"{i}")).ToList();
        var subscription = await SubscribeAsync(transport, queue, prefetch: 200);
        await subscription.ReceivesAsync(50);

        await subscription.Source.CancelAsync(Cancellation);
        var seen = subscription.Deliveries;
        (await Task.WhenAll(publishes)).Should().OnlyContain(outcome => outcome.IsConfirmed);
        var settled = seen.Take(20).Count(delivery => subscription.Source.TrySettle(delivery, Settlement.Acknowledge));
        await subscription.Source.DisposeAsync();

        settled.Should().Be(20);
        subscription.Deliveries.Should().HaveCount(seen.Count);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 280, "all that was not settled is back");
        (await TextsAsync(queue)).Should().OnlyHaveUniqueItems().And.NotContain(seen.Take(20).Select(delivery => delivery.Text()));
    }

    [Fact, Trait("Spec", "CN9")]
    public async Task A_cancelled_source_is_not_rebuilt()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        await PublishAsync(transport, queue, "1");
        var subscription = await SubscribeAsync(transport, queue);
        await subscription.ReceivesAsync(1);
        await subscription.Source.CancelAsync(Cancellation);

        await Backend.CutAsync(transport);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 1, "the message is back in the queue");
        (await PublishAsync(transport, queue, "2")).IsConfirmed.Should().BeTrue();

        subscription.Settle(0).Should().BeFalse();
        subscription.Source.Should().BeEquivalentTo(new { Generation = 1L, IsConsuming = false });
        subscription.Deliveries.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_delivery_that_cannot_be_read_is_given_back()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var subscription = await SubscribeAsync(transport, await QueueAsync(transport));
        var unreadable = new BasicProperties { Headers = new Dictionary<string, object?> { ["x"] = new Unreadable() } };

        await ((RabbitMqDeliverySource)subscription.Source).Consumer!.HandleBasicDeliverAsync("", 1, redelivered: false, "", "", unreadable, default,
            Cancellation);

        await Eventually.Holds(() => subscription.Source.Generation == 2, "the requeue reaches the broker, which knows no such tag and closes the channel");
    }

    [Fact]
    public async Task A_sink_that_throws_gives_the_delivery_back_and_the_consumer_lives()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        await PublishAsync(transport, queue, "1");
        var calls = 0;
        await using var source = await transport.ConsumeAsync(queue, 1,
            _ => { if (Interlocked.Increment(ref calls) == 1) { throw new InvalidOperationException("the sink's fault"); } }, Cancellation);

        await Eventually.Holds(() => Volatile.Read(ref calls) >= 2, "the delivery comes again");
    }

    private sealed class Unreadable : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) => throw new NotSupportedException();
    }
}
