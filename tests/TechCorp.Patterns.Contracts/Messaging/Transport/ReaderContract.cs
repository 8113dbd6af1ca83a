using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Looking into a queue, on every transport.</summary>
public abstract class ReaderContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Theory, Trait("Spec", "DL3")]
    [InlineData(QueueKind.Quorum)]
    [InlineData(QueueKind.Classic)]
    public async Task The_messages_that_a_reader_held_are_requeued_in_order_when_it_is_disposed(QueueKind kind)
    {
        var queue = await DeclareQueueAsync(queue => queue with { Kind = kind });
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3", "4");

        for (var look = 0; look < 3; look++)
        {
            (await ReadyTextsAsync(queue)).Should().Equal("1", "2", "3", "4");
            await HasReadyAsync(queue, 4);
        }
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task A_message_is_held_while_the_reader_looks_further()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);

        (await reader.GetAsync(Cancellation))!.Text().Should().Be("1");
        (await reader.GetAsync(Cancellation))!.Text().Should().Be("2");
        (await reader.GetAsync(Cancellation)).Should().BeNull();
        await HasReadyAsync(queue, 0);
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task One_peek_costs_one_delivery_of_the_limit_however_many_messages_are_held()
    {
        var queue = await DeclareQueueAsync(queue => queue with { DeliveryLimit = 5 });
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3");

        await ReadyTextsAsync(queue);
        await HasReadyAsync(queue, 3);

        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        for (var i = 0; i < 3; i++)
        {
            (await reader.GetAsync(Cancellation)).Should().BeEquivalentTo(new { DeliveryCount = 1L, Redelivered = true });
        }
    }

    [Safeguard("What a closed channel held comes first (quorum)", SwitchedOff = "`ReadyMessages.PutInFront` appends")]
    [Fact, Trait("Spec", "DL4")]
    public async Task What_a_reader_acknowledged_is_gone_and_the_rest_stays()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3");
        await using (var reader = await Transport.OpenReaderAsync(queue, Cancellation))
        {
            await reader.GetAsync(Cancellation);
            var second = (await reader.GetAsync(Cancellation))!;
            (await reader.SettleAsync(second, Settlement.Acknowledge, Cancellation)).Should().BeTrue();
            (await reader.SettleAsync(second, Settlement.Acknowledge, Cancellation)).Should().BeFalse("it is settled already");
        }

        await HasReadyAsync(queue, 2);
        (await ReadyTextsAsync(queue)).Should().Equal("1", "3");
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task Settling_after_the_reader_is_disposed_is_answered_false()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        var held = (await reader.GetAsync(Cancellation))!;
        await reader.DisposeAsync();

        (await reader.SettleAsync(held, Settlement.Acknowledge, Cancellation)).Should().BeFalse();
        await HasReadyAsync(queue, 1);
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task A_reader_for_a_queue_that_does_not_exist_is_refused_and_the_queue_named()
    {
        var queue = Backend.Queue("missing");

        var open = () => Transport.OpenReaderAsync(queue, Cancellation);

        (await open.Should().ThrowAsync<TopologyException>()).Which.Entity.Should().Contain(queue);
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task Counts_are_the_ready_messages_and_the_consumers_and_null_for_no_queue()
    {
        // Classic, because a quorum queue counts each reader that holds a message as a consumer.
        var queue = await DeclareQueueAsync(queue => queue with { Kind = QueueKind.Classic });
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3");
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        await reader.GetAsync(Cancellation);
        await HasReadyAsync(queue, 2);

        var subscription = await SubscribeAsync(queue, prefetch: 1);
        await subscription.ReceivesAsync(1);

        await HasReadyAsync(queue, 1);
        await HasConsumersAsync(queue, 1);
        (await Transport.CountAsync(queue + ".missing", Cancellation)).Should().BeNull();
    }
}
