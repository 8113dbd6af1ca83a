using System.Collections.Concurrent;
using System.Text;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Delivery outcomes, on every transport.</summary>
public abstract class ConsumerContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "CN1")]
    public async Task A_handled_message_is_gone()
    {
        var handled = new ConcurrentQueue<string>();
        var bus = await ConsumeAsync((order, context, _) =>
        {
            handled.Enqueue($"{order.OrderId} {context.MessageId} {context.CorrelationId} {context.Attempt}");
            return Task.CompletedTask;
        });

        await PublishOrdersAsync(bus, "o1");

        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 1, "the message is acknowledged");
        await bus.StopAsync(Cancellation);
        handled.Should().Equal("o1 o1 c-o1 1");
        (await Transport.CountAsync(Queue, Cancellation))!.Value.Ready.Should().Be(0);
    }

    [Fact, Trait("Spec", "CN2")]
    public async Task A_failing_message_climbs_the_ladder_and_ends_among_the_dead_letters()
    {
        var attempts = new ConcurrentQueue<int>();
        var bus = await ConsumeAsync((_, context, _) =>
        {
            attempts.Enqueue(context.Attempt);
            throw new InvalidOperationException("no");
        });

        await PublishOrdersAsync(bus, "o1");

        var letter = (await DeadLettersAsync(bus, 1)).Single();
        attempts.Should().Equal(1, 2, 3);
        letter.Should().BeEquivalentTo(new { MessageId = "o1", Reason = "attempts-exhausted", Attempts = 3 });
    }

    [Fact, Trait("Spec", "CN2")]
    public async Task A_message_that_succeeds_at_last_is_gone()
    {
        var attempts = new ConcurrentQueue<int>();
        var bus = await ConsumeAsync((_, context, _) =>
        {
            attempts.Enqueue(context.Attempt);
            return context.Attempt == 3 ? Task.CompletedTask : throw new InvalidOperationException("not yet");
        });

        await PublishOrdersAsync(bus, "o1");

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == 1, "the third attempt is acknowledged");
        (await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation)).Should().BeEmpty();
    }

    [Theory, Trait("Spec", "CN3")]
    [InlineData("{ not json", "order.created", "unreadable")]
    [InlineData("{}", "order.vanished", "unknown-type")]
    [InlineData("{}", "", "no-type")]
    [InlineData("""{"order_id":"o1"}""", "order.created", "permanent-failure")]
    public async Task What_can_never_be_handled_is_a_dead_letter_at_once(string body, string type, string reason)
    {
        var bus = await ConsumeAsync((_, _, _) => throw new PermanentFailureException("never"));

        (await PublishAsync(new Message { Body = Encoding.UTF8.GetBytes(body), Type = type }, Destination.ToQueue(Queue))).IsConfirmed.Should().BeTrue();

        (await DeadLettersAsync(bus, 1)).Single().Should().Match<DeadLetter>(letter => letter.Reason == reason && letter.Body.Length == body.Length);
    }

    [Fact, Trait("Spec", "CN4")]
    public async Task Never_more_than_the_prefetch_is_held_and_never_more_than_the_concurrency_runs()
    {
        var gate = new TaskCompletionSource();
        var bus = await ConsumeAsync(
            (_, _, _) => gate.Task,
            o =>
            {
                o.Prefetch = 5;
                o.Concurrency = 2;
            });

        await PublishOrdersAsync(bus, [.. Enumerable.Range(0, 12).Select(i => $"o{i}")]);

        await HasReadyAsync(Queue, 7);
        await Eventually.Holds(() => bus.Consumers.Status()[0] is { Running: 2, Waiting: 3 }, "two run and three wait");
        gate.SetResult();
        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 12, "all are acknowledged");
    }

    [Fact, Trait("Spec", "CN6")]
    public async Task What_failed_when_the_connection_broke_comes_again()
    {
        var gate = new TaskCompletionSource();
        var seen = new ConcurrentQueue<bool>();
        var transport = await StartServiceAsync();
        var bus = await ConsumeAsync(
            (_, context, _) =>
            {
                seen.Enqueue(context.Redelivered);
                return seen.Count == 1 ? gate.Task : Task.CompletedTask;
            },
            transport: transport);
        await PublishOrdersAsync(bus, "o1");
        await Eventually.Holds(() => !seen.IsEmpty, "the handler runs");

        await Backend.CutAsync(transport);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Received == 2, "the message came again");
        gate.SetException(new InvalidOperationException("no"));

        await Eventually.Holds(() => bus.Consumers.Status()[0] is { Acknowledged: 1, Stale: >= 1 }, "the second delivery is acknowledged, the first is stale");
        seen.Should().Equal(false, true);
    }

    [Fact, Trait("Spec", "CN18")]
    public async Task Each_type_on_a_queue_goes_to_its_handler()
    {
        var seen = new ConcurrentQueue<string>();
        var bus = await StartBusAsync(m => m
            .AddConsumer<OrderCreated>(Queue, (order, _, _) => Say("created " + order.OrderId))
            .AddConsumer<OrderShipped>(Queue, (order, _, _) => Say("shipped " + order.OrderId)));

        await bus.Publisher.PublishAsync(new OrderShipped("o1"), cancellationToken: Cancellation);
        await bus.Publisher.PublishAsync(new OrderCreated("o2"), cancellationToken: Cancellation);

        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 2, "both are acknowledged");
        seen.Should().Equal("shipped o1", "created o2");

        Task Say(string text)
        {
            seen.Enqueue(text);
            return Task.CompletedTask;
        }
    }

    [Fact, Trait("Spec", "RY4")]
    public async Task A_postponed_message_waits_and_its_attempt_does_not_count()
    {
        var attempts = new ConcurrentQueue<int>();
        var bus = await ConsumeAsync((_, context, _) =>
        {
            attempts.Enqueue(context.Attempt);
            return attempts.Count > 4 ? Task.CompletedTask : throw new RetryLaterException("the circuit is open", TimeSpan.FromMilliseconds(150));
        });

        await PublishOrdersAsync(bus, "o1");

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == 1, "it is handled when the circuit allows");
        attempts.Should().Equal(1, 1, 1, 1, 1);
    }

    [Fact, Trait("Spec", "CN3")]
    public async Task A_foreign_producers_message_is_read_by_its_json_property_and_known_by_its_bodys_hash()
    {
        var seen = new ConcurrentQueue<(string OrderId, string? MessageId)>();
        var bus = await ConsumeAsync(
            (order, context, _) =>
            {
                seen.Enqueue((order.OrderId, context.MessageId));
                return Task.CompletedTask;
            },
            o =>
            {
                o.JsonTypeProperty = "event";
                o.MessageIdFromBodyHash = true;
            });
        var untyped = new Message
        {
            Body = """{"event": "order.created", "order_id": "o1", "items": [{"event": "inner"}]}"""u8.ToArray(),
            Type = "",
            Id = "",
            ContentType = "",
        };

        await PublishAsync(untyped, Destination.ToQueue(Queue));
        await PublishAsync(untyped, Destination.ToQueue(Queue));

        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 2, "both are acknowledged");
        seen.Distinct().Should().ContainSingle().Which.MessageId.Should().StartWith("sha256-");
    }
}
