using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Messages of producers that know nothing of this library, on their way through its copies.</summary>
public sealed class RabbitMqForeignMessageTests : EngineContract<RabbitMqBackend>
{
    private static readonly byte[] NoText = [0xFF, 0xFE, 0x00];
    private static readonly byte[] Body = """{"order_id":"f1"}"""u8.ToArray();

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

    [Safeguard("A timestamp that is not in seconds is on every copy as it came",
        SwitchedOff = "`AmqpProperties.Fill` does not write what came")]
    [Theory, Trait("Spec", "FM15")]
    [InlineData(1_700_000_000_123, "2023-11-14T22:13:20.1230000+00:00")]
    [InlineData(1_700_000_000, "2023-11-14T22:13:20.0000000+00:00")]
    [InlineData(1, "1970-01-01T00:00:01.0000000+00:00")]
    [InlineData(1_700_000_000_123_456_789, null)]
    [InlineData(-1, null)]
    public async Task A_timestamp_is_on_every_copy_as_it_came_and_the_handler_sees_its_time(long timestamp, string? time)
    {
        var seen = new ConcurrentBag<DateTimeOffset?>();
        var bus = await ConsumeAsync((_, context, _) =>
        {
            seen.Add(context.Timestamp);
            throw new InvalidOperationException("no");
        });
        var headers = new Dictionary<string, object?> { ["timestamp_in_ms"] = 1_700_000_000_123L };
        await PublishAsync(new BasicProperties { MessageId = "f1", Type = "order.created", Timestamp = new AmqpTimestamp(timestamp), Headers = headers }, Body);

        foreach (var copy in await CopiesAsync(bus))
        {
            copy.Timestamp.UnixTime.Should().Be(timestamp);
            copy.Headers.Should().Contain("timestamp_in_ms", 1_700_000_000_123L);
        }

        seen.Should().HaveCount(3).And.OnlyContain(at => at == (time == null ? null : DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)));
    }

    [Fact, Trait("Spec", "FM15")]
    public async Task Every_property_and_header_is_on_every_copy_but_those_that_belong_to_one_journey()
    {
        var bus = await ConsumeAsync((_, _, _) => throw new InvalidOperationException("no"));
        var headers = new Dictionary<string, object?>
        {
            ["boolean"] = false,
            ["byte"] = (byte)200,
            ["sbyte"] = (sbyte)-5,
            ["short"] = (short)-3,
            ["ushort"] = (ushort)60_000,
            ["int"] = -7,
            ["uint"] = 4_000_000_000u,
            ["long"] = long.MinValue,
            ["float"] = 1.5f,
            ["double"] = 0.1,
            ["decimal"] = 12.34m,
            ["text"] = "ünï 😀",
            ["empty"] = "",
            ["time"] = new AmqpTimestamp(1_700_000_000_123),
            ["binary"] = new BinaryTableValue([0, 255]),
            ["null"] = null,
        };
        var properties = new BasicProperties
        {
            MessageId = "f1",
            Type = "order.created",
            ContentType = "application/json; charset=utf-8",
            ContentEncoding = "utf-8",
            CorrelationId = "c1",
            ReplyTo = "r",
            AppId = "legacy",
            Priority = 0,
            DeliveryMode = DeliveryModes.Transient,
            Timestamp = new AmqpTimestamp(1_700_000_000),
            Expiration = "600000",
            UserId = "guest",
            ClusterId = "old",
            Headers = headers,
        };
        await PublishAsync(properties, Body);

        foreach (var copy in await CopiesAsync(bus))
        {
            copy.Should().BeEquivalentTo(new
            {
                properties.MessageId,
                properties.Type,
                properties.ContentType,
                properties.ContentEncoding,
                properties.CorrelationId,
                properties.ReplyTo,
                properties.AppId,
                properties.Priority,
                properties.Timestamp,
                DeliveryMode = DeliveryModes.Persistent,
            });
            (copy.IsExpirationPresent(), copy.IsUserIdPresent(), copy.IsClusterIdPresent()).Should().Be((false, false, false));
            var came = copy.Headers!.Where(header => headers.ContainsKey(header.Key)).ToDictionary();
            came["binary"].Should().BeEquivalentTo(headers["binary"], options => options.ComparingByMembers<BinaryTableValue>());
            came.Remove("binary");
            came.ToDictionary(header => header.Key, header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value)
                .Should().BeEquivalentTo(headers.Where(header => header.Key != "binary").ToDictionary());
        }
    }

    [Fact, Trait("Spec", "FM15")]
    public async Task What_the_producer_did_not_say_no_copy_says()
    {
        var bus = await ConsumeAsync((_, _, _) => Task.CompletedTask);
        await PublishAsync(new BasicProperties(), Body); // no type: a dead letter at once

        foreach (var copy in await CopiesAsync(bus))
        {
            (copy.IsTimestampPresent(), copy.IsPriorityPresent(), copy.IsReplyToPresent(), copy.IsContentEncodingPresent(), copy.IsCorrelationIdPresent(),
                copy.IsAppIdPresent()).Should().Be((false, false, false, false, false, false));
            (copy.Type ?? "", copy.MessageId ?? "", copy.ContentType ?? "").Should().Be(("", "", ""));
        }
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
            Timestamp = 1_700_000_000_123,
            Expiration = TimeSpan.FromMinutes(5),
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
        (next.IsReplyToPresent() || next.IsContentEncodingPresent() || next.IsPriorityPresent() || next.IsTimestampPresent() || next.IsExpirationPresent())
            .Should().BeFalse();
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

    private Task PublishAsync()
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
        return PublishAsync(properties, Body);
    }

    private async Task PublishAsync(BasicProperties properties, byte[] body)
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        await channel.BasicPublishAsync("", Queue, mandatory: true, properties, body, Cancellation);
    }

    /// <summary>The dead letter, and what a redrive made of it.</summary>
    private async Task<IReadOnlyBasicProperties[]> CopiesAsync(MessageBus bus)
    {
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(Topology.DeadLetterQueueOf(Queue)) == 1, "it is given up");
        var letter = await PeekAsync(Topology.DeadLetterQueueOf(Queue));
        await bus.Consumers.PauseAsync(Queue, Cancellation);
        (await bus.DeadLetters.RedriveAsync(Queue, new RedriveOptions(), Cancellation)).Redriven.Should().Be(1);
        return [letter, await PeekAsync(Queue)];
    }

    private static async Task<IReadOnlyBasicProperties> PeekAsync(string queue)
    {
        BasicGetResult got;
        await using (var channel = await RabbitMqServer.ChannelAsync())
        {
            got = await Eventually.Returns(async () => await channel.BasicGetAsync(queue, autoAck: false, Cancellation), $"queue '{queue}' has a message");
        }

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) > 0, "a quorum queue notices a closed channel some moments later");
        return got.BasicProperties;
    }
}
