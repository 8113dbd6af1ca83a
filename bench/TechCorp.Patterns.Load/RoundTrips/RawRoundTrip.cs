using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TechCorp.Patterns.Load;

/// <summary>RabbitMQ.Client tuned by hand: one connection for publishing, one for consuming, and one acknowledgment per message, after the handler.</summary>
internal sealed class RawRoundTrip : IRoundTrip
{
    private readonly RawPublisher _publisher;
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private RawRoundTrip(RawPublisher publisher, IConnection connection, IChannel channel)
    {
        _publisher = publisher;
        _connection = connection;
        _channel = channel;
    }

    public Arrivals Arrivals { get; } = new();

    internal static async Task<RawRoundTrip> StartAsync(Uri server, LoadQueue queue, int prefetch)
    {
        var publisher = await RawPublisher.StartAsync(server, queue.Name);
        var connection = await new ConnectionFactory { Uri = server }.CreateConnectionAsync("load raw consuming");
        var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, (ushort)prefetch, global: false);
        var side = new RawRoundTrip(publisher, connection, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += side.HandleAsync;
        await channel.BasicConsumeAsync(queue.Name, autoAck: false, consumer);
        return side;
    }

    public ValueTask PublishAsync(LoadEvent body) => _publisher.PublishAsync(body);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _publisher.DisposeAsync();
    }

    private async Task HandleAsync(object sender, BasicDeliverEventArgs delivery)
    {
        _ = JsonSerializer.Deserialize(delivery.Body.Span, LoadJson.Default.LoadEvent)!;
        await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        Arrivals.Count();
    }
}
