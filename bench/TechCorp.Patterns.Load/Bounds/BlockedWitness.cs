using RabbitMQ.Client;

namespace TechCorp.Patterns.Load;

/// <summary>A connection of the raw client that sees when the broker blocks publishing and when it takes publishes again.</summary>
internal sealed class BlockedWitness : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BlockedWitness(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
        connection.ConnectionBlockedAsync += (_, _) =>
        {
            _blocked.TrySetResult();
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            _unblocked.TrySetResult(TimeProvider.System.GetTimestamp());
            return Task.CompletedTask;
        };
    }

    /// <summary>The time stamp at which publishes are taken again.</summary>
    internal Task<long> Unblocked => _unblocked.Task;

    internal static async Task<BlockedWitness> OpenAsync(Uri server)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load witness");
        return new BlockedWitness(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Publishes, as the broker tells only a connection that does, and waits until it says that it blocks.</summary>
    internal async Task BlockedAsync(string queue)
    {
        await _channel.BasicPublishAsync("", queue, new byte[1]);
        await _blocked.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
