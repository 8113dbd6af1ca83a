using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

public sealed partial class MessagingBuilder
{
    /// <summary>Uses an in-memory broker; services that share it exchange messages.</summary>
    public MessagingBuilder UseInMemory(InMemoryBroker broker)
    {
        ArgumentNullException.ThrowIfNull(broker);
        return UseTransport(_ => broker.CreateTransport());
    }

    /// <summary>Uses RabbitMQ.</summary>
    public MessagingBuilder UseRabbitMq(string uri, Action<RabbitMqOptions>? configure = null)
    {
        var options = new RabbitMqOptions { Uris = [new Uri(uri)] };
        configure?.Invoke(options);
        return UseTransport(settings => new RabbitMqTransport(options, settings.Publisher, settings.AppId, settings.Clock, settings.Loggers.CreateLogger<RabbitMqTransport>()));
    }
}
