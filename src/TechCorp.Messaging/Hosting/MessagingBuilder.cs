using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Collects what a service publishes, consumes and declares. Given by
/// <c>AddTechCorpMessaging</c> and by <see cref="MessageBus.StartAsync"/>.</summary>
/// <remarks>Not safe for concurrent use. Precedence of settings: attribute, then code, then configuration, the later winning. Problems are reported
/// when the host starts, all at once.</remarks>
public sealed class MessagingBuilder
{
    private readonly IServiceCollection? _services;

    internal MessagingBuilder(IServiceCollection? services, string? name)
    {
        _services = services;
        Name = name;
    }

    /// <summary>The key of a keyed registration; null for the plain one.</summary>
    public string? Name { get; }

    /// <summary>The container's registrations, for packages that extend the builder.</summary>
    /// <exception cref="InvalidOperationException">The builder belongs to a <see cref="MessageBus"/>, which has no container.</exception>
    public IServiceCollection Services
        => _services
            ?? throw new InvalidOperationException("A MessageBus has no container; give the handler itself or a factory, or register "
            + "with AddTechCorpMessaging.");

    internal MessageCatalog Catalog { get; } = new();

    internal PublisherOptions PublisherOptions { get; } = new();

    internal List<ConsumerRegistration> Consumers { get; } = [];

    internal Topology DeclaredTopology { get; private set; } = Topology.Empty;

    internal TopologyMode? ChosenTopologyMode { get; private set; }

    internal bool? FailsOnTopologyFindings { get; private set; }

    internal string? ChosenAppId { get; private set; }

    internal string? ChosenDeadLetterExchange { get; private set; }

    internal TimeSpan StartupTimeout { get; private set; } = TimeSpan.FromSeconds(10);

    internal TimeProvider? ChosenTimeProvider { get; private set; }

    internal ILoggerFactory? ChosenLoggerFactory { get; private set; }

    internal IConfiguration? ChosenConfiguration { get; private set; }

    internal Func<TransportSettings, ITransport>? Transport { get; private set; }

    internal RabbitMqOptions? RabbitMq { get; private set; }

    internal InMemoryBroker? InMemory { get; private set; }

    internal List<string> Problems { get; } = [];

    /// <summary>Registers a message type that travels as JSON.</summary>
    /// <param name="wireName">Dotted and lower case: <c>order.created</c>.</param>
    /// <param name="json">From a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <param name="destination">Where a publish goes that names no destination.</param>
    /// <exception cref="ArgumentException">The type or the name is registered already.</exception>
    public MessagingBuilder AddMessage<T>(string wireName, JsonTypeInfo<T> json, Destination? destination = null)
        where T : notnull
    {
        Catalog.Add(wireName, json, destination);
        return this;
    }

    /// <summary>Registers a message type that travels in another format.</summary>
    /// <exception cref="ArgumentException">The type or the name is registered already.</exception>
    public MessagingBuilder AddMessage<T>(string wireName, IMessageSerializer<T> serializer, Destination? destination = null)
        where T : notnull
    {
        Catalog.Add(wireName, serializer, destination);
        return this;
    }

    /// <summary>Adds exchanges, queues and bindings to what is declared at the start. The retry queues of each consumer are added automatically.</summary>
    /// <exception cref="ArgumentException">A name is declared already, differently.</exception>
    public MessagingBuilder AddTopology(Topology topology)
    {
        DeclaredTopology = DeclaredTopology.Add(topology);
        return this;
    }

    /// <summary>Consumes messages of one type with a handler from the container, resolved from a new scope for each attempt.</summary>
    /// <param name="configure">Queue and settings, over those of the handler's <see cref="ConsumerAttribute"/>.</param>
    /// <remarks>The handler is registered as scoped unless it is registered already. In a <see cref="MessageBus"/> it
    /// is made by its public constructor. It is made once when the host starts, in a scope that ends at once: one that cannot be made fails the
    /// start.</remarks>
    public MessagingBuilder AddConsumer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler,
        TMessage>(Action<ConsumerOptions>? configure = null)
        where THandler : class, IMessageHandler<TMessage>
        where TMessage : notnull
    {
        _services?.TryAddScoped<THandler>();
        var attribute = typeof(THandler).GetCustomAttribute<ConsumerAttribute>(inherit: false);
        return Add<TMessage>(attribute, configure, static (services, message, context, cancellationToken) => BareScope.Resolve<THandler>(services)
            .HandleAsync(message, context, cancellationToken), static services => BareScope.Resolve<THandler>(services), typeof(THandler).Name);
    }

    /// <summary>Consumes messages of one type with a handler that a factory gives for each attempt.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="factory">Called with the attempt's scope, and once when the host starts; the factory disposes what it creates.</param>
    /// <param name="configure">Further settings.</param>
    /// <param name="handlerName">What errors and logs call the handler. Default: <c>factory of</c> the message type.</param>
    public MessagingBuilder AddConsumer<TMessage>(string queue, Func<IServiceProvider, IMessageHandler<TMessage>> factory,
        Action<ConsumerOptions>? configure = null, string? handlerName = null)
        where TMessage : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentNullException.ThrowIfNull(factory);
        return Add<TMessage>(new ConsumerAttribute { Queue = queue }, configure, (services, message, context, cancellationToken) => factory(services)
            .HandleAsync(message, context, cancellationToken), services => Check(factory(services)), handlerName ?? $"factory of {typeof(TMessage).Name}");

        static void Check(IMessageHandler<TMessage>? handler)
        {
            if (handler is null)
            {
                throw new InvalidOperationException("The factory returned null.");
            }
        }
    }

    /// <summary>Consumes messages of one type with a function.</summary>
    public MessagingBuilder AddConsumer<TMessage>(string queue, Func<TMessage, MessageContext, CancellationToken, Task> handle,
        Action<ConsumerOptions>? configure = null)
        where TMessage : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentNullException.ThrowIfNull(handle);
        return Add<TMessage>(new ConsumerAttribute { Queue = queue }, configure,
            (_, message, context, cancellationToken) => handle(message, context, cancellationToken), static _ => { }, $"function of {typeof(TMessage).Name}");
    }

    /// <summary>Changes how the publisher confirms, waits and limits.</summary>
    public MessagingBuilder ConfigurePublisher(Action<PublisherOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(PublisherOptions);
        return this;
    }

    /// <summary>Uses RabbitMQ. The last transport chosen wins, so that a test can replace the real one.</summary>
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

    /// <summary>Uses RabbitMQ as the options say, or else the configuration's <c>RabbitMq:Uri</c>, or else <c>amqp://guest:guest@localhost:5672/</c>.
    /// The last transport chosen wins.</summary>
    public MessagingBuilder UseRabbitMq(Action<RabbitMqOptions>? configure = null)
    {
        (RabbitMq, InMemory) = (new RabbitMqOptions(), null);
        configure?.Invoke(RabbitMq);
        return this;
    }

    /// <summary>Uses a broker inside the process. The last transport chosen wins, so that a test can replace the real one.</summary>
    /// <param name="broker">Shared by all services that exchange messages; not disposed here. The configuration's <c>InMemory:RabbitMqVersion</c> is the
    /// server that it behaves like (see <see cref="InMemoryBroker.RabbitMqVersion"/>).</param>
    public MessagingBuilder UseInMemory(InMemoryBroker broker)
    {
        ArgumentNullException.ThrowIfNull(broker);
        UseTransport(_ => broker.CreateTransport());
        InMemory = broker;
        return this;
    }

    /// <summary>The service's name: written into every message it publishes and every dead letter it makes. Default: the host's application name.</summary>
    public MessagingBuilder UseAppId(string appId)
    {
        ArgumentException.ThrowIfNullOrEmpty(appId);
        ChosenAppId = AmqpName.Check(appId, nameof(appId));
        return this;
    }

    /// <summary>The exchange that dead letters go through, where the topology's presets would take <see cref="Topology.DeadLetterExchange"/> (<c>dlx</c>):
    /// for a virtual host in which that name is another service's exchange. The configuration's <c>DeadLetterExchange</c> wins over it.</summary>
    /// <param name="name">At most 255 bytes of UTF-8. It is declared as a direct exchange.</param>
    /// <remarks>A broker refuses to change it on a queue that exists: every service that declares a queue must name the same.</remarks>
    public MessagingBuilder UseDeadLetterExchange(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ChosenDeadLetterExchange = AmqpName.Check(name, nameof(name));
        return this;
    }

    /// <summary>What to do about the topology at the start. Default: <see cref="Messaging.TopologyMode.Create"/>.</summary>
    public MessagingBuilder UseTopologyMode(TopologyMode mode)
    {
        ChosenTopologyMode = mode;
        return this;
    }

    /// <summary>Whether the start fails with a <see cref="TopologyException"/>, before anything is declared, when the topology has findings (see
    /// <see cref="Topology.Lint"/>); notes alone do not fail it. Without this call findings are logged only.</summary>
    public MessagingBuilder FailOnTopologyFindings(bool fail = true)
    {
        FailsOnTopologyFindings = fail;
        return this;
    }

    /// <summary>
    /// How long the host's start waits for a broker that cannot be reached; after that messaging connects in the background, and consumers start when
    /// it has connected. Default: 10 s.
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits until the host gives up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public MessagingBuilder UseStartupTimeout(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The wait for the broker cannot be negative.");
        }

        StartupTimeout = timeout;
        return this;
    }

    /// <summary>The clock. Default: the container's <see cref="TimeProvider"/>, else the system's.</summary>
    public MessagingBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        ChosenTimeProvider = timeProvider;
        return this;
    }

    /// <summary>Where logs go. Default: the container's factory, else nowhere.</summary>
    public MessagingBuilder UseLoggerFactory(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        ChosenLoggerFactory = loggerFactory;
        return this;
    }

    /// <summary>
    /// The section whose settings win over code. Default: <c>TechCorp:Messaging</c> of the container's configuration, and
    /// <c>TechCorp:Messaging:Named:&lt;name&gt;</c> for a keyed registration.
    /// It may hold <c>Publisher:Timeout</c>, <c>Consumers:&lt;queue&gt;:Prefetch</c> and the like, <c>AppId</c>, <c>TopologyMode</c>,
    /// <c>DeadLetterExchange</c>, <c>FailOnTopologyFindings</c>.
    /// </summary>
    public MessagingBuilder UseConfiguration(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        ChosenConfiguration = section;
        return this;
    }

    /// <summary>Whether the container has a keyed instance of this name.</summary>
    internal bool IsRegistered(string name)
        => _services?.Any(service => service.ServiceType == typeof(MessagingBuilder)
            && string.Equals(service.ServiceKey as string, name, StringComparison.OrdinalIgnoreCase)) ?? false;

    internal MessagingBuilder UseTransport(Func<TransportSettings, ITransport> transport)
    {
        (RabbitMq, InMemory) = (null, null);
        Transport = transport;
        return this;
    }

    private MessagingBuilder Add<TMessage>(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure,
        Func<IServiceProvider, TMessage, MessageContext, CancellationToken, Task> handle, Action<IServiceProvider> create, string handlerName)
        where TMessage : notnull
    {
        Consumers.Add(ConsumerRegistration.Of(attribute, configure, handle, create, handlerName));
        return this;
    }
}
