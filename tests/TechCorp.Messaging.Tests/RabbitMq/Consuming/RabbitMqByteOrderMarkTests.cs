using System.Collections.Concurrent;
using System.Text;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>JSON of producers that write a byte order mark before it.</summary>
public sealed class RabbitMqByteOrderMarkTests : EngineContract<RabbitMqBackend>
{
    [Safeguard("A byte order mark is not part of the JSON", SwitchedOff = "`JsonBody.Of` returns the body as it came")]
    [Theory, Trait("Spec", "FM15")]
    [InlineData("order.created")]
    [InlineData(null)]
    public async Task Json_with_a_byte_order_mark_is_handled_also_where_the_type_stands_in_the_body(string? type)
    {
        var handled = new ConcurrentQueue<(string Id, int FirstByte)>();
        await ConsumeAsync((order, context, _) =>
        {
            handled.Enqueue((order.OrderId, context.Body.Span[0]));
            return Task.CompletedTask;
        }, options => options.JsonTypeProperty = "event");

        await PublishAsync(new BasicProperties { MessageId = "f1", Type = type },
            [.. Encoding.UTF8.Preamble, .. """{"event":"order.created","order_id":"f1"}"""u8]);

        await Eventually.Holds(() => !handled.IsEmpty, "it is handled");
        handled.Should().Equal(("f1", 0xEF)); // the body is what came
    }

    [Theory, Trait("Spec", "FM15")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public async Task Json_in_another_encoding_is_a_dead_letter_that_says_so_and_is_as_it_came(string encoding)
    {
        var bus = await ConsumeAsync((_, _, _) => Task.CompletedTask);
        byte[] body = [.. Encoding.GetEncoding(encoding).Preamble, .. Encoding.GetEncoding(encoding).GetBytes("""{"order_id":"f1"}""")];

        await PublishAsync(new BasicProperties { MessageId = "f1", Type = "order.created" }, body);

        var letter = (await DeadLettersAsync(bus, 1)).Single();
        (letter.Reason, letter.ExceptionMessage).Should().Match<(string Reason, string? Text)>(it => it.Reason == "unreadable" && it.Text!.Contains("UTF-8"));
        letter.Body.ToArray().Should().Equal(body);
    }

    private async Task PublishAsync(BasicProperties properties, byte[] body)
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        await channel.BasicPublishAsync("", Queue, mandatory: true, properties, body, Cancellation);
    }
}
