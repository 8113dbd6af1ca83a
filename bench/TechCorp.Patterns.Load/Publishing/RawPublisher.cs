using System.Text.Json;
using RabbitMQ.Client;

namespace TechCorp.Patterns.Load;

/// <summary>RabbitMQ.Client with its own confirm tracking, tuned by hand, with the same guarantees and the same properties.</summary>
/// <remarks>The callers limit the window themselves, because the client's own limiter, since 7.2.1, does not.</remarks>
internal sealed class RawPublisher : ILoadPublisher
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;

    private RawPublisher(IConnection connection, IChannel channel, string queue)
    {
        _connection = connection;
        _channel = channel;
        _queue = queue;
    }

    internal static async Task<RawPublisher> StartAsync(Uri server, string queue)
    {
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load raw publishing");
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null, consumerDispatchConcurrency: null);
        return new RawPublisher(connection, await connection.CreateChannelAsync(confirms), queue);
    }

    public ValueTask PublishAsync(LoadEvent body)
        => _channel.BasicPublishAsync("", _queue, mandatory: true, Properties(), JsonSerializer.SerializeToUtf8Bytes(body, LoadJson.Default.LoadEvent));

    internal static BasicProperties Properties() => new()
    {
        MessageId = Guid.CreateVersion7().ToString(),
        Type = "load.event",
        ContentType = "application/json",
        AppId = "TechCorp.Patterns.Load",
        Timestamp = new AmqpTimestamp(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
        DeliveryMode = DeliveryModes.Persistent,
    };

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
