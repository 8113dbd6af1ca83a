using System.Collections.Concurrent;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What a lost connection does to messages whose handlers run, on every transport.</summary>
public abstract class RedeliveryContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private readonly ConcurrentDictionary<string, int> _running = new();
    private readonly ConcurrentQueue<string> _started = new();
    private int _overlaps;

    [Safeguard("A message is not handled twice at the same time", SwitchedOff = "`DeliveryProcessor` does not look for an earlier delivery")]
    [Fact, Trait("Spec", "FM10"), Trait("Spec", "CN6")]
    public async Task A_message_whose_handler_succeeds_after_its_connection_was_lost_is_not_handled_again()
    {
        var gate = new TaskCompletionSource();
        var transport = await StartServiceAsync();
        var bus = await ConsumeAsync((order, _, _) => HandleAsync(order, gate.Task), o => o.Concurrency = 4, transport);
        await PublishOrdersAsync(bus, "o1", "o2");
        await Eventually.Holds(() => _started.Count == 2, "the handlers run");

        await Backend.CutAsync(transport);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Received == 4, "the messages came again");
        gate.SetResult();

        await Eventually.Holds(() => bus.Consumers.Status()[0] is { Acknowledged: 2, Waiting: 0, Running: 0 }, "both are acknowledged");
        _started.Should().BeEquivalentTo("o1", "o2");
        _overlaps.Should().Be(0);
        await bus.StopAsync(Cancellation);
        (await Transport.CountAsync(Queue, Cancellation))!.Value.Ready.Should().Be(0);
    }

    [Safeguard("A message is not handled twice at the same time")]
    [Fact, Trait("Spec", "FM10"), Trait("Spec", "CN6")]
    public async Task A_message_whose_handler_fails_after_its_connection_was_lost_is_handled_again_when_the_handler_has_ended()
    {
        var gate = new TaskCompletionSource();
        var transport = await StartServiceAsync();
        var bus = await ConsumeAsync((order, _, _) => HandleAsync(order, _started.IsEmpty ? gate.Task : Task.CompletedTask), o => o.Concurrency = 4, transport);
        await PublishOrdersAsync(bus, "o1");
        await Eventually.Holds(() => _started.Count == 1, "the handler runs");

        await Backend.CutAsync(transport);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Received == 2, "the message came again");
        await Backend.CutAsync(transport);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Received >= 3, "the message came a third time");
        _started.Should().HaveCount(1);
        gate.SetException(new InvalidOperationException("no"));

        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 1, "the message is acknowledged");
        _started.Should().Equal("o1", "o1");
        _overlaps.Should().Be(0);
    }

    // Which of the equal ones the broker gives to which process, nobody can tell: to skip one could lose one.
    [Safeguard("A message without an id is never taken for another", SwitchedOff = "`MessageIdentity.IsKnown` is always true")]
    [Fact, Trait("Spec", "FM10")]
    public async Task Equal_messages_without_an_id_are_handled_again_after_a_lost_connection()
    {
        var gate = new TaskCompletionSource();
        var transport = await StartServiceAsync();
        var bus = await ConsumeAsync((order, _, _) => HandleAsync(order, gate.Task), o => (o.Concurrency, o.DefaultType) = (4, "order.created"), transport);
        var message = new Message { Body = """{"order_id":"same"}"""u8.ToArray(), Type = "", Id = "" };
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(message, Destination.ToQueue(Queue));
        }

        await Eventually.Holds(() => _started.Count == 3, "the handlers run");
        await Backend.CutAsync(transport);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Received == 6, "the messages came again");
        _started.Should().HaveCount(3, "each waits for one that runs");
        gate.SetResult();

        await Eventually.Holds(() => bus.Consumers.Status()[0] is { Acknowledged: 3, Waiting: 0, Running: 0 }, "all are acknowledged");
        _started.Should().HaveCount(6);
    }

    private async Task HandleAsync(OrderCreated order, Task gate)
    {
        _started.Enqueue(order.OrderId);
        var running = _running.AddOrUpdate(order.OrderId, 1, static (_, count) => count + 1);
        _overlaps += running > 1 && order.OrderId != "same" ? 1 : 0;
        try
        {
            await gate;
        }
        finally
        {
            _running.AddOrUpdate(order.OrderId, 0, static (_, count) => count - 1);
        }
    }
}
