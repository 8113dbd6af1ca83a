using RabbitMQ.Client;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>The durable queue of one run, seen through a connection of its own; deleted at the end.</summary>
internal sealed class LoadQueue : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private LoadQueue(string name, QueueKind kind, IConnection connection, IChannel channel)
    {
        Name = name;
        Kind = kind;
        _connection = connection;
        _channel = channel;
    }

    internal string Name { get; }

    internal QueueKind Kind { get; }

    internal static async Task<LoadQueue> CreateAsync(Uri server, QueueKind kind, string purpose)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load control");
        var channel = await connection.CreateChannelAsync();
        var name = $"load.{purpose}.{Guid.CreateVersion7():n}";
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = kind == QueueKind.Quorum ? "quorum" : "classic" });
        return new LoadQueue(name, kind, connection, channel);
    }

    internal async Task<uint> CountAsync() => await _channel.MessageCountAsync(Name);

    internal async Task PurgeAsync() => await _channel.QueuePurgeAsync(Name);

    public async ValueTask DisposeAsync()
    {
        await _channel.QueueDeleteAsync(Name);
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
