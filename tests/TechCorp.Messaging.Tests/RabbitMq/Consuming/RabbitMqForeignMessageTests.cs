using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Messages of producers that know nothing of this library, on their way through its copies.</summary>
public sealed class RabbitMqForeignMessageTests : EngineContract<RabbitMqBackend>
{
    private static readonly byte[] NoText = [0xFF, 0xFE, 0x00];

    [Safeguard("Copies carry what a foreign producer said",
        SwitchedOff = "`FailureCopy` or `RedriveCopy` drops it; bytes that are no text go as text; the priority is dropped")]
    [Safeguard("Headers of a foreign producer never overwrite ours",
        SwitchedOff = "headers of ours are handed on as they came: the attempts of a message that came with a number never grow")]
    [Fact, Trait("Spec", "DL1"), Trait("Spec", "DL4"), Trait("Spec", "RY1")]
    public async Task What_a_foreign_producer_said_is_on_the_retry_the_dead_letter_and_the_redrive_as_it_came()
    {
        var attempts = 0;
        var bus = await ConsumeAsync((_, context, _) =>
        {
            Interlocked.Increment(ref attempts);
            context.Headers.Should().Contain("retries", "3", "a handler reads what can be read as text");
            throw new InvalidOperationException("no");
        });
        await PublishAsync();
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(Topology.DeadLetterQueueOf(Queue)) == 1, "it is given up");
        attempts.Should().Be(3, "it came from two retry queues");

        var letter = await PeekAsync(Topology.DeadLetterQueueOf(Queue));
        await bus.Consumers.PauseAsync(Queue, Cancellation);
        (await bus.DeadLetters.RedriveAsync(Queue, new RedriveOptions(), Cancellation)).Redriven.Should().Be(1);
        var redriven = await PeekAsync(Queue);

        foreach (var copy in (IReadOnlyBasicProperties[])[letter, redriven])
        {
            copy.Should().BeEquivalentTo(new { ReplyTo = "answers", ContentEncoding = "utf-8", Priority = (byte)7, MessageId = "f1", Type = "order.created" });
            copy.IsExpirationPresent().Should().BeFalse("a copy does not vanish");
            copy.Headers.Should()
                .Contain("retries", 3).And.Contain("size", 4_000_000_000L).And.Contain("fresh", true).And.Contain("made", new AmqpTimestamp(1_700_000_000));
            copy.Headers!["bytes"].Should().BeEquivalentTo(NoText);
            copy.Headers["route"].Should().BeEquivalentTo(new object[] { "a"u8.ToArray(), 1 });
            copy.Headers["origin"].Should().BeEquivalentTo(new Dictionary<string, object> { ["city"] = "Porto"u8.ToArray() });
            copy.Headers["nothing"].Should().BeNull();
        }

        letter.Headers![MessageHeaders.Attempt].Should().BeEquivalentTo("3"u8.ToArray(), "what we write under a name of ours is ours");
    }

    [Safeguard("Properties of one message do not reach the next", SwitchedOff = "properties that are used again keep their priority")]
    [Fact, Trait("Spec", "PB12")]
    public async Task What_one_message_handed_on_is_not_on_the_next()
    {
        var transport = await Backend.StartAsync(new PublisherOptions { MaxOutstandingConfirms = 1 });
        await transport.DeclareAsync(Topology.Empty.Add(new QueueDeclaration(Queue)), TopologyMode.Create, Cancellation);
        var foreign = new ForeignProperties
        {
            ReplyTo = "answers",
            ContentEncoding = "gzip",
            Priority = 7,
            Headers = new Dictionary<string, object?> { ["retries"] = 3 },
        };
        foreach (var with in (ForeignProperties?[])[foreign, null])
        {
            var message = new Message { Body = default, Type = "x", Foreign = with };
            (await transport.PublishAsync(message, Destination.ToQueue(Queue), UnroutableBehavior.Fail, Eventually.Watchdog, Cancellation)).IsConfirmed.Should()
                .BeTrue();
        }

        await using var channel = await RabbitMqServer.ChannelAsync();
        (await channel.BasicGetAsync(Queue, autoAck: true, Cancellation))!.BasicProperties.ReplyTo.Should().Be("answers");
        var next = (await channel.BasicGetAsync(Queue, autoAck: true, Cancellation))!.BasicProperties;
        (next.IsReplyToPresent() || next.IsContentEncodingPresent() || next.IsPriorityPresent()).Should().BeFalse();
        (next.Headers?.Keys ?? []).Should().NotContain("retries"); // 3.10 gives a delivery of a quorum queue a header of its own, later versions none at all
    }

    [Safeguard("The headers of a copy fit into a frame",
        SwitchedOff = "`CopyRoom.Fit` takes nothing away: the broker closes the connection each time the copy is tried, and the message is never given up")]
    [Fact, Trait("Spec", "DL1")]
    public async Task A_foreign_message_whose_headers_leave_no_room_for_ours_is_given_up_without_the_largest_of_them()
    {
        var bus = await ConsumeAsync((_, _, _) => throw new InvalidOperationException("no"));
        var headers = new Dictionary<string, object?>
        {
            ["large"] = new string('x', 60_000),
            ["larger"] = new List<object?> { new string('y', 70_500) },
            ["small"] = 1,
        };
        await using (var channel = await RabbitMqServer.ChannelAsync())
        {
            await channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { Type = "order.created", MessageId = "f1", Headers = headers },
                """{"orderId":"f1"}"""u8.ToArray(), Cancellation);
        }

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(Topology.DeadLetterQueueOf(Queue)) == 1, "it is given up");

        var letter = await PeekAsync(Topology.DeadLetterQueueOf(Queue));
        letter.Headers.Should().ContainKeys("large", "small").And.NotContainKey("larger");
        letter.Headers![MessageHeaders.DroppedHeaders].Should().BeEquivalentTo("larger"u8.ToArray());
        bus.Consumers.Status().Single().Should().BeEquivalentTo(new { Requeued = 0L, Stale = 0L });
    }

    private async Task PublishAsync()
    {
        var properties = new BasicProperties
        {
            MessageId = "f1",
            Type = "order.created",
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            ReplyTo = "answers",
            Priority = 7,
            Expiration = "600000",
            UserId = "guest",
            Headers = new Dictionary<string, object?>
            {
                ["retries"] = 3,
                ["size"] = 4_000_000_000L,
                ["fresh"] = true,
                ["made"] = new AmqpTimestamp(1_700_000_000),
                ["bytes"] = NoText,
                ["route"] = new List<object?> { "a", 1 },
                ["origin"] = new Dictionary<string, object?> { ["city"] = "Porto" },
                ["nothing"] = null,
                [MessageHeaders.Attempt] = 0,
            },
        };
        await using var channel = await RabbitMqServer.ChannelAsync();
        await channel.BasicPublishAsync("", Queue, mandatory: true, properties, """{"orderId":"f1"}"""u8.ToArray(), Cancellation);
    }

    private static async Task<IReadOnlyBasicProperties> PeekAsync(string queue)
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        return (await Eventually.Returns(async () => await channel.BasicGetAsync(queue, autoAck: false, Cancellation),
            $"queue '{queue}' has a message")).BasicProperties;
    }
}
