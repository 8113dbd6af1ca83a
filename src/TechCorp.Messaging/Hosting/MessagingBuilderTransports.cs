namespace TechCorp.Messaging;

public sealed partial class MessagingBuilder
{
    internal RabbitMqOptions? RabbitMq { get; private set; }

    internal List<string> Problems { get; } = [];

    /// <summary>Talks to RabbitMQ. The last transport chosen wins, so that a test can replace the real one.</summary>
    /// <param name="uri">
    /// <c>amqp://user:password@host:5672/vhost</c> or <c>amqps://…</c>; several nodes of a cluster are separated by commas.
    /// The configuration's <c>RabbitMq:Uri</c> wins over it.
    /// </param>
    /// <param name="configure">Further settings.</param>
    public MessagingBuilder UseRabbitMq(string uri, Action<RabbitMqOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        return UseRabbitMq(options =>
        {
            options.Uris = RabbitMqUris.Parse(uri, nameof(uri), Problems);
            configure?.Invoke(options);
        });
    }

    /// <summary>Talks to RabbitMQ as the options say, or else the configuration's <c>RabbitMq:Uri</c>, or else <c>amqp://guest:guest@localhost:5672/</c>. The last transport chosen wins.</summary>
    public MessagingBuilder UseRabbitMq(Action<RabbitMqOptions>? configure = null)
    {
        RabbitMq = new RabbitMqOptions();
        configure?.Invoke(RabbitMq);
        return this;
    }

    /// <summary>Talks to a broker inside the process. The last transport chosen wins, so that a test can replace the real one.</summary>
    /// <param name="broker">Shared by all services that are to talk to each other; not disposed here.</param>
    public MessagingBuilder UseInMemory(InMemoryBroker broker)
    {
        ArgumentNullException.ThrowIfNull(broker);
        return UseTransport(_ => broker.CreateTransport());
    }

    internal MessagingBuilder UseTransport(Func<TransportSettings, ITransport> transport)
    {
        RabbitMq = null;
        Transport = transport;
        return this;
    }
}
