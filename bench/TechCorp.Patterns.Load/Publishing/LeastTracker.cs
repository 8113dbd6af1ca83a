using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TechCorp.Patterns.Load;

/// <summary>
/// The least that a confirm tracker can do over RabbitMQ.Client without its own: a ring by sequence number. No deadline, no returns, no window, no
/// reconnecting. It shows how much of the difference this machine leaves to anybody: what the broker costs is in both sides.
/// </summary>
internal sealed class LeastTracker : ILoadPublisher
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly SemaphoreSlim _writing = new(1); // numbers follow the order on the wire
    private readonly TaskCompletionSource?[] _unconfirmed = new TaskCompletionSource?[1 << 16]; // more than there are callers
    private ulong _last; // the writer's
    private ulong _confirmed; // the reader's

    private LeastTracker(IConnection connection, IChannel channel, string queue)
    {
        _connection = connection;
        _channel = channel;
        _queue = queue;
        channel.BasicAcksAsync += (_, args) => Confirmed(args);
    }

    internal static async Task<LeastTracker> StartAsync(Uri server, string queue)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load least tracker");
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false, outstandingPublisherConfirmationsRateLimiter: null, consumerDispatchConcurrency: null);
        return new LeastTracker(connection, await connection.CreateChannelAsync(confirms), queue);
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
