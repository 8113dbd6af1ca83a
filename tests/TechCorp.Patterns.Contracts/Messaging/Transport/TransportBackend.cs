using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A broker that the transport contracts run against. One per test; disposing it takes away what the test left on the broker.</summary>
public abstract class TransportBackend : IAsyncDisposable
{
    private readonly List<string> _queues = [];
    private readonly List<string> _exchanges = [];

    /// <summary>The RabbitMQ version that the broker is, or imitates; known once it is started.</summary>
    public abstract Version ServerVersion { get; }

    /// <summary>Brings the broker to the point where transports can be started; fails, saying how to start it, when it cannot be reached.</summary>
    public virtual ValueTask StartAsync() => ValueTask.CompletedTask;

    /// <summary>A queue's name that nobody else uses; the queue and its dead-letter queue are deleted at the end.</summary>
    public string Queue(string purpose = "queue")
    {
        var name = Name(purpose);
        _queues.Add(name);
        return name;
    }

    /// <summary>An exchange's name that nobody else uses; it is deleted at the end.</summary>
    public string Exchange(string purpose = "exchange")
    {
        var name = Name(purpose);
        _exchanges.Add(name);
        return name;
    }

    /// <summary>Lets this much time pass for the broker: a fake clock advances; a real server's time passes by itself,
    /// so there this may return at once.</summary>
    public abstract Task AdvanceAsync(TimeSpan time);

    /// <summary>The service's connection breaks, without a goodbye; it comes back by itself.</summary>
    internal abstract Task CutAsync(ITransport transport);

    /// <summary>Deletes a queue as an operator would.</summary>
    internal abstract Task DeleteQueueAsync(string queue);

    /// <summary>Deletes an exchange; a broker that ends with the test need not.</summary>
    internal virtual Task DeleteExchangeAsync(string exchange) => Task.CompletedTask;

    /// <summary>The connection of one more service, started.</summary>
    internal abstract Task<ITransport> StartTransportAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues)
        {
            await DeleteQueueAsync(Topology.DeadLetterQueueOf(queue));
            await DeleteQueueAsync(Topology.IsolatedQueueOf(queue));
            await DeleteQueueAsync(queue);
        }

        foreach (var exchange in _exchanges)
        {
            await DeleteExchangeAsync(exchange);
        }

        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the broker.</summary>
    private protected virtual ValueTask StopAsync() => ValueTask.CompletedTask;

    private static string Name(string purpose) => $"contract.{Guid.CreateVersion7():n}.{purpose}";
}
