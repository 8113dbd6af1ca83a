using System.Collections.Concurrent;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What the contracts of the engine have: a queue, buses on the backend, and messages of an order.</summary>
public abstract class EngineContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private readonly List<MessageBus> _buses = [];
    private readonly ConcurrentBag<string> _retryQueues = [];

    private protected static DeliveryPolicy Quick { get; } = new() { Delays = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)] };

    private protected string Queue { get; private set; } = "";

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Queue = Backend.Queue();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var bus in _buses)
        {
            await bus.DisposeAsync();
        }

        foreach (var queue in _retryQueues)
        {
            await Backend.DeleteQueueAsync(queue);
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A service with one function for <c>order.created</c> on <see cref="Queue"/>.</summary>
    private protected async Task<MessageBus> ConsumeAsync(Func<OrderCreated, MessageContext, CancellationToken, Task> handle,
        Action<ConsumerOptions>? options = null, ITransport? transport = null)
        => await StartBusAsync(
            m => m.AddConsumer(Queue, handle, o =>
            {
                o.Policy = Quick;
                options?.Invoke(o);
            }),
            transport);

    /// <summary>A service on <see cref="Queue"/>, a work queue with its dead letters.</summary>
    private protected async Task<MessageBus> StartBusAsync(Action<MessagingBuilder> configure, ITransport? transport = null)
    {
        transport ??= await StartServiceAsync();
        var bus = await MessageBus.StartAsync(
            m =>
            {
                configure(m.UseTransport(_ => transport)
                    .UseAppId("contract")
                    .AddMessage("order.created", ContractJson.Default.OrderCreated, Destination.ToQueue(Queue))
                    .AddMessage("order.shipped", ContractJson.Default.OrderShipped, Destination.ToQueue(Queue))
                    .AddTopology(Topology.WorkQueue(Queue)));
                foreach (var delay in m.Consumers.SelectMany(consumer => consumer.Options.Policy.Delays.Select(delay => (consumer.Options.Queue, delay))))
                {
                    _retryQueues.Add(Topology.RetryQueueOf(delay.Queue, delay.delay));
                }
            },
            Cancellation);
        return Own(bus);
    }

    /// <summary>The bus is stopped with the test.</summary>
    private protected MessageBus Own(MessageBus bus)
    {
        _buses.Add(bus);
        return bus;
    }

    /// <summary>Publishes orders, each with its id as the message's id.</summary>
    private protected async Task PublishOrdersAsync(MessageBus bus, params string[] ids)
    {
        foreach (var id in ids)
        {
            var message = bus.Publisher.Catalog.Create(new OrderCreated(id), id, correlationId: "c-" + id);
            await bus.Publisher.PublishAsync(message, Destination.ToQueue(Queue), cancellationToken: Cancellation);
        }
    }

    /// <summary>Until the condition holds, with the broker's time passing.</summary>
    private protected Task HoldsInTimeAsync(Func<bool> condition, string because) => Eventually.Holds(
        async () =>
        {
            await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            return condition();
        },
        because);

    /// <summary>The dead letters, once there are as many.</summary>
    private protected async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(MessageBus bus, int count) => await Eventually.Returns(
        async () =>
        {
            await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            var letters = await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation);
            return letters.Count == count ? letters : null;
        },
        $"there are {count} dead letters");
}
