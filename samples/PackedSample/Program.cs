#region snippet: packed-sample
using PackedSample;
using TechCorp.Messaging;

// Sends one message through the in-memory broker: it is published, confirmed, consumed and acknowledged.
var arrived = new TaskCompletionSource<string>();
using var broker = new InMemoryBroker();
await using var bus = await MessageBus.StartAsync(messaging => messaging
    .UseInMemory(broker)
    .AddMessage("order.created", Json.Default.OrderCreated, Destination.ToExchange("events.fanout"))
    .AddTopology(Topology.Fanout("events.fanout", "analytics.order-events"))
    .AddConsumer<OrderCreated>("analytics.order-events", (order, context, _) =>
    {
        arrived.SetResult($"{context.Type} {order.OrderId} arrived in {context.Queue}");
        return Task.CompletedTask;
    }));

await bus.Publisher.PublishAsync(new OrderCreated(42));
Console.WriteLine(await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10)));
#endregion

Console.WriteLine(await IdempotentOrders.RunAsync());
