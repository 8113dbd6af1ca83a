using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What a broken connection or a deleted queue means to a consumer, on every transport.</summary>
public abstract class ReconnectingContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "CN6")]
    public async Task What_was_unsettled_comes_again_redelivered_and_in_a_new_generation()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(3);

        await Backend.CutAsync(Transport);

        var again = (await subscription.ReceivesAsync(6)).Skip(3).ToList();
        again.Select(delivery => delivery.Text()).Should().Equal("1", "2", "3");
        again.Should().OnlyContain(delivery => delivery.Redelivered && delivery.Generation == subscription.Source.Generation);
        subscription.Source.Generation.Should().BeGreaterThan(subscription.Deliveries[0].Generation);
        await Eventually.Holds(() => subscription.Source.IsConsuming, "the consumer is back");
    }

    [Safeguard("Settle of an old generation", SwitchedOff = "`UnsettledDeliveries.TryTake` ignores the generation")]
    [Safeguard("All consumers leave before a cut connection's messages go back", SwitchedOff = "`ConsumerTable.Cut` does not detach")]
    [Fact, Trait("Spec", "CN6"), Trait("Spec", "CN5")]
    public async Task A_settle_of_an_old_generation_is_answered_false_and_touches_no_message_of_the_new_one()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(2);

        await Backend.CutAsync(Transport);
        await subscription.ReceivesAsync(4);

        // Tags begin again with the channel: acknowledged by tag alone, these two would take the new deliveries away.
        subscription.Settle(0).Should().BeFalse();
        subscription.Settle(1).Should().BeFalse();
        await subscription.Source.DisposeAsync();
        await HasReadyAsync(queue, 2);
    }

    [Fact, Trait("Spec", "CN6")]
    public async Task Another_services_consumer_is_untouched_and_may_take_over()
    {
        var queue = await DeclareQueueAsync();
        var other = await StartServiceAsync();
        var first = await SubscribeAsync(queue, prefetch: 1);
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        await first.ReceivesAsync(1);
        var second = await SubscribeAsync(queue, prefetch: 1, other);
        var generation = second.Source.Generation;

        await Backend.CutAsync(Transport);

        await Eventually.Holds(() => first.Deliveries.Count + second.Deliveries.Count >= 2, "somebody is given the message again");
        second.Source.Generation.Should().Be(generation, "its channel is the one it had");
        second.Source.IsConsuming.Should().BeTrue();
    }

    [Fact, Trait("Spec", "CN6")]
    public async Task A_message_held_by_a_lost_reader_is_requeued_and_its_settlement_returns_false()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        var held = (await reader.GetAsync(Cancellation))!;

        await Backend.CutAsync(Transport);

        await HasReadyAsync(queue, 1);
        (await reader.SettleAsync(held, Settlement.Acknowledge, Cancellation)).Should().BeFalse();
        await HasReadyAsync(queue, 1);
    }

    [Fact, Trait("Spec", "CN6")]
    public async Task A_reader_that_lost_its_channel_says_so_instead_of_beginning_again_from_the_front()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        await reader.GetAsync(Cancellation);

        await Backend.CutAsync(Transport);

        var get = () => reader.GetAsync(Cancellation);
        await get.Should().ThrowAsync<BrokerConnectionException>();
    }

    [Fact, Trait("Spec", "CN7")]
    public async Task Consuming_a_missing_queue_begins_when_it_is_declared()
    {
        var queue = Backend.Queue();
        var subscribing = SubscribeAsync(queue);
        subscribing.IsCompleted.Should().BeFalse();

        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)));
        var subscription = await Eventually.Ends(subscribing, "the consumer has started");
        await PublishTextsAsync(Destination.ToQueue(queue), "1");

        await subscription.ReceivesAsync(1);
    }

    [Fact, Trait("Spec", "CN7")]
    public async Task The_wait_for_a_missing_queue_ends_with_the_callers_token()
    {
        var queue = Backend.Queue();
        using var giveUp = new CancellationTokenSource();
        var subscribing = Transport.ConsumeAsync(queue, 1, _ => { }, giveUp.Token);

        await giveUp.CancelAsync();

        var wait = () => Eventually.Ends(subscribing, "the wait ends");
        await wait.Should().ThrowAsync<OperationCanceledException>();
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)));
        await HasConsumersAsync(queue, 0);
    }

    [Fact, Trait("Spec", "CN7")]
    public async Task A_consumer_of_a_deleted_queue_comes_back_when_the_queue_is_declared_again()
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.WorkQueue(queue));
        var subscription = await SubscribeAsync(queue);

        await Backend.DeleteQueueAsync(queue);
        await DeclareAsync(Topology.WorkQueue(queue));
        await HasConsumersAsync(queue, 1);

        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        await subscription.ReceivesAsync(1);
        subscription.Settle(0).Should().BeTrue();
    }

    [Fact, Trait("Spec", "CN7")]
    public async Task A_deleted_queue_that_the_service_itself_declared_is_declared_again_without_help()
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        await DeclareAsync(Topology.Fanout(exchange, queue));
        var subscription = await SubscribeAsync(queue);

        await Backend.DeleteQueueAsync(queue);

        await Eventually.Holds(
            async () => (await PublishAsync(TextMessage.Of("after"), Destination.ToExchange(exchange))).IsConfirmed,
            "the queue is back with its binding");
        await subscription.ReceivesAsync(1);
    }
}
