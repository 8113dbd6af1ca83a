using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The transport contracts' backend in this process, on a fake clock.</summary>
public class InMemoryBackend : TransportBackend
{
    private readonly FakeTimeProvider _timeProvider = new();
    private readonly InMemoryBroker _broker;

    public InMemoryBackend()
        : this(null)
    {
    }

    internal InMemoryBackend(Version? version) => _broker = new InMemoryBroker(_timeProvider, version);

    public override Version ServerVersion => _broker.RabbitMqVersion;

    public override Task AdvanceAsync(TimeSpan time)
    {
        _timeProvider.Advance(time);
        return Task.CompletedTask;
    }

    internal override Task CutAsync(ITransport transport)
    {
        _broker.Cut((InMemoryTransport)transport);
        return Task.CompletedTask;
    }

    internal override Task DeleteQueueAsync(string queue)
    {
        _broker.DeleteQueue(queue);
        return Task.CompletedTask;
    }

    internal override async Task<ITransport> StartTransportAsync()
    {
        var transport = _broker.CreateTransport();
        await transport.StartAsync(CancellationToken.None);
        return transport;
    }

    private protected override ValueTask StopAsync()
    {
        _broker.Dispose();
        return ValueTask.CompletedTask;
    }
}
