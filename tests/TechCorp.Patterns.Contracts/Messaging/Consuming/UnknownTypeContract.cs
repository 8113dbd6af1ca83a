using System.Text;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What becomes of a message whose type has no handler on its queue.</summary>
public abstract class UnknownTypeContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private readonly CollectingLogger _logs = new();

    [Safeguard("Subscriptions ignore types without a handler", SwitchedOff = "`ConsumerPlanner.IsSubscription` is always false, or always true")]
    [Theory, Trait("Spec", "FM5")]
    [InlineData("fanout", true)]
    [InlineData("topic", true)]
    [InlineData("direct", false)]
    [InlineData("work queue", false)]
    public async Task By_default_a_subscription_ignores_and_a_work_queue_dead_letters(string shape, bool ignores)
    {
        var bus = await SubscribeAsync(shape);

        await SendAsync("order.refunded", "order.refunded", "order.created");

        await HandledAsync(bus, ignores ? 2 : 0);
        (await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation)).Select(letter => letter.Reason).Should()
            .Equal(ignores ? [] : ["unknown-type", "unknown-type"]);
    }

    [Theory, Trait("Spec", "FM5")]
    [InlineData("fanout", UnknownTypeBehavior.DeadLetter)]
    [InlineData("work queue", UnknownTypeBehavior.Ignore)]
    public async Task The_consumer_may_choose_the_other_behavior(string shape, UnknownTypeBehavior behavior)
    {
        var bus = await SubscribeAsync(shape, o => o.WhenTypeUnknown = behavior);

        await SendAsync("order.refunded", "order.created");

        await HandledAsync(bus, behavior == UnknownTypeBehavior.Ignore ? 1 : 0);
        (await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation)).Should().HaveCount(behavior == UnknownTypeBehavior.Ignore ? 0 : 1);
    }

    [Safeguard("An ignored type is logged once", SwitchedOff = "`UnknownTypes` keeps no types")]
    [Fact, Trait("Spec", "FM5")]
    public async Task Each_ignored_type_is_logged_once_and_no_error()
    {
        var bus = await SubscribeAsync("fanout");

        await SendAsync([.. Enumerable.Repeat("order.refunded", 20), .. Enumerable.Repeat("order.archived", 20), "order.created"]);

        await HandledAsync(bus, 40);
        _logs.Entries.Where(entry => entry.Id == 2150).Should().HaveCount(2).And.OnlyContain(entry => entry.Level == LogLevel.Information)
            .And.Contain(entry => entry.Text.Contains("'order.refunded'", StringComparison.Ordinal) && entry.Text.Contains(Queue, StringComparison.Ordinal));
        _logs.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact, Trait("Spec", "FM5")]
    public async Task An_unknown_value_of_the_JSON_property_is_ignored_and_a_message_without_any_type_is_not()
    {
        var bus = await SubscribeAsync("fanout", o => o.JsonTypeProperty = "event");

        await SendBodyAsync("", """{"event":"order.refunded"}""");
        await SendBodyAsync("", """{"note":"no type"}""");
        await SendBodyAsync("", "{ no json");
        await SendAsync("order.created");

        await HandledAsync(bus, 1);
        (await DeadLettersAsync(bus, 2)).Select(letter => letter.Reason).Should().Equal("no-type", "unreadable");
    }

    [Safeguard("What a handler had before is not ignored", SwitchedOff = "`DeliveryProcessor.IsIgnored` asks neither for redrives nor for the queue")]
    [Theory, Trait("Spec", "FM5")]
    [InlineData(MessageHeaders.RedriveCount, "1")]
    [InlineData(MessageHeaders.OriginalQueue, null)]
    public async Task A_message_that_another_instance_retried_or_an_operator_redrove_is_dead_lettered(string header, string? value)
    {
        var bus = await SubscribeAsync("fanout");

        await PublishAsync(new Message
        {
            Body = Encoding.UTF8.GetBytes("{}"),
            Type = "order.refunded",
            Headers = new Dictionary<string, string> { [header] = value ?? Queue },
        }, Destination.ToQueue(Queue));

        (await DeadLettersAsync(bus, 1))[0].Reason.Should().Be("unknown-type");
        bus.Consumers.Status()[0].Ignored.Should().Be(0);
    }

    private string Exchange { get; set; } = "";

    private Task<MessageBus> SubscribeAsync(string shape, Action<ConsumerOptions>? options = null)
    {
        Exchange = Backend.Exchange();
        return StartBusAsync(m => m
            .UseLoggerFactory(_logs)
            .AddTopology(shape switch
            {
                "fanout" => Topology.Fanout(Exchange, Queue),
                "topic" => Topology.Topic(Exchange, ("order.#", Queue)),
                "direct" => Topology.WorkQueue(Queue).AddExchange(Exchange, ExchangeKind.Direct).AddBinding(Exchange, Queue, "order.key"),
                _ => Topology.WorkQueue(Queue),
            })
            .AddConsumer<OrderCreated>(Queue, (_, _, _) => Task.CompletedTask, options));
    }

    private async Task SendAsync(params string[] types)
    {
        foreach (var type in types)
        {
            await SendBodyAsync(type, """{"order_id":"o1"}""");
        }
    }

    private async Task SendBodyAsync(string type, string body)
    {
        var outcome = await PublishAsync(new Message { Body = Encoding.UTF8.GetBytes(body), Type = type }, Destination.ToQueue(Queue));
        outcome.IsConfirmed.Should().BeTrue();
    }

    /// <summary>The one known message is the last, so all others are settled.</summary>
    private async Task HandledAsync(MessageBus bus, int ignored)
    {
        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == 1, "the known type is handled");
        bus.Consumers.Status()[0].Ignored.Should().Be(ignored);
    }
}
