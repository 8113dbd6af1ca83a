using RabbitMQ.Client;

namespace TechCorp.Patterns.Load;

/// <summary>A connection of the raw client that observes when the broker blocks and unblocks publishing.</summary>
internal sealed class BlockObserver : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BlockObserver(IConnection connection, IChannel channel)
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

    /// <summary>The timestamp at which the broker unblocks publishing.</summary>
    internal Task<long> Unblocked => _unblocked.Task;

    internal static async Task<BlockObserver> OpenAsync(Uri server)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load observer");
        return new BlockObserver(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Publishes, because the broker notifies only publishing connections, and waits until the broker blocks.</summary>
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
