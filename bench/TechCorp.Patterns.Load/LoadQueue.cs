using RabbitMQ.Client;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>A durable queue with its dead-letter queue, the same for both sides, inspected through its own connection; deleted at the end.</summary>
internal sealed class LoadQueue : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private LoadQueue(QueueDeclaration queue, IConnection connection, IChannel channel)
    {
        Name = queue.Name;
        Topology = Topology.WorkQueue(queue);
        _connection = connection;
        _channel = channel;
    }

    internal string Name { get; }

    internal Topology Topology { get; }

    internal static async Task<LoadQueue> CreateAsync(Uri server, QueueKind kind, string purpose)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load control");
        var queue = new LoadQueue(new QueueDeclaration($"load.{purpose}.{Guid.CreateVersion7():n}") { Kind = kind }, connection,
            await connection.CreateChannelAsync());
        await queue.DeclareAsync(server);
        return queue;
    }

    internal async Task DeclareAsync(Uri server)
    {
        await using var bus = await MessageBus.StartAsync(builder => builder.UseRabbitMq(server.ToString()).AddTopology(Topology));
    }

    internal async Task DeleteAsync() => await _channel.QueueDeleteAsync(Name);

    internal async Task<uint> CountAsync() => await _channel.MessageCountAsync(Name);

    internal async Task PurgeAsync() => await _channel.QueuePurgeAsync(Name);

    public async ValueTask DisposeAsync()
    {
        await DeleteAsync();
        await _channel.QueueDeleteAsync(Topology.DeadLetterQueueOf(Name));
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
