using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TechCorp.Patterns.Load;

/// <summary>
/// A minimal confirm tracker over RabbitMQ.Client with the client's tracking off: a ring by sequence number, without deadlines, returns, window or
/// reconnects. It shows how much a faster client could gain on this machine, because the broker's own work is part of both sides.
/// </summary>
internal sealed class MinimalTracker : ILoadPublisher
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly SemaphoreSlim _writing = new(1); // sequence numbers follow the order of the writes
    private readonly TaskCompletionSource?[] _unconfirmed = new TaskCompletionSource?[1 << 16]; // more places than callers
    private ulong _last; // used by the writer
    private ulong _confirmed; // used by the reader

    private MinimalTracker(IConnection connection, IChannel channel, string queue)
    {
        _connection = connection;
        _channel = channel;
        _queue = queue;
        channel.BasicAcksAsync += (_, args) => Confirmed(args);
    }

    internal static async Task<MinimalTracker> StartAsync(Uri server, string queue)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load least tracker");
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false,
            outstandingPublisherConfirmationsRateLimiter: null, consumerDispatchConcurrency: null);
        return new MinimalTracker(connection, await connection.CreateChannelAsync(confirms), queue);
    }

    public async ValueTask PublishAsync(LoadEvent body)
    {
        var confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var properties = RawPublisher.Properties();
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, LoadJson.Default.LoadEvent);
        await _writing.WaitAsync();
        try
        {
            Slot(++_last) = confirmed;
            await _channel.BasicPublishAsync("", _queue, mandatory: true, properties, bytes);
        }
        finally
        {
            _writing.Release();
        }

        await confirmed.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        _writing.Dispose();
    }

    private ref TaskCompletionSource? Slot(ulong number) => ref _unconfirmed[number % (ulong)_unconfirmed.Length];

    private Task Confirmed(BasicAckEventArgs args)
    {
        for (var number = args.Multiple ? _confirmed + 1 : args.DeliveryTag; number <= args.DeliveryTag; number++)
        {
            Slot(number)?.TrySetResult();
            Slot(number) = null;
        }

        _confirmed = args.Multiple ? args.DeliveryTag : _confirmed;
        return Task.CompletedTask;
    }
}
