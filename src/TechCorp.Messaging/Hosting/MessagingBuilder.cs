using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Collects what a service publishes, consumes and declares. Given by <c>AddTechCorpMessaging</c> and by <see cref="MessageBus.StartAsync"/>.</summary>
/// <remarks>Not safe for concurrent use. Precedence of settings: attribute, then code, then configuration, the later winning. Problems are reported when the host starts, all at once.</remarks>
public sealed partial class MessagingBuilder
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
        => _services ?? throw new InvalidOperationException("A MessageBus has no container; give the handler itself or a factory, or register with AddTechCorpMessaging.");

    internal MessageCatalog Catalog { get; } = new();

    internal PublisherOptions PublisherOptions { get; } = new();

    internal List<ConsumerRegistration> Consumers { get; } = [];

    internal Topology DeclaredTopology { get; private set; } = Topology.Empty;

    internal TopologyMode? ChosenTopologyMode { get; private set; }

    internal TopologyFindingsBehavior? ChosenTopologyFindings { get; private set; }

    internal string? ChosenAppId { get; private set; }

    internal TimeSpan StartupPatience { get; private set; } = TimeSpan.FromSeconds(10);

    internal TimeProvider? ChosenClock { get; private set; }

    internal ILoggerFactory? ChosenLoggers { get; private set; }

    internal IConfiguration? ChosenConfiguration { get; private set; }

    internal Func<TransportSettings, ITransport>? Transport { get; private set; }

    /// <summary>Whether the container has a keyed instance of this name.</summary>
    internal bool IsRegistered(string name)
        => _services?.Any(service => service.ServiceType == typeof(MessagingBuilder) && string.Equals(service.ServiceKey as string, name, StringComparison.OrdinalIgnoreCase)) ?? false;

    /// <summary>Registers a message type that travels as JSON.</summary>
    /// <param name="wireName">Dotted and lower case: <c>order.created</c>.</param>
    /// <param name="json">From a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <param name="destination">Where publishes go that name no destination.</param>
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

    /// <summary>Adds exchanges, queues and bindings to what is declared at the start. Retry queues are added for each consumer by themselves.</summary>
    /// <exception cref="ArgumentException">A name is declared already, differently.</exception>
    public MessagingBuilder AddTopology(Topology topology)
    {
        DeclaredTopology = DeclaredTopology.Add(topology);
        return this;
    }

    /// <summary>Consumes messages of one type with a handler from the container, resolved from a scope of its own for each attempt.</summary>
    /// <param name="configure">Queue and settings, over those of the handler's <see cref="ConsumerAttribute"/>.</param>
    /// <remarks>The handler is registered as scoped unless it is registered already. In a <see cref="MessageBus"/> it is made by its public constructor.</remarks>
    public MessagingBuilder AddConsumer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, TMessage>(Action<ConsumerOptions>? configure = null)
        where THandler : class, IMessageHandler<TMessage>
        where TMessage : notnull
    {
        _services?.TryAddScoped<THandler>();
        var attribute = typeof(THandler).GetCustomAttribute<ConsumerAttribute>(inherit: false);
        return Add<TMessage>(attribute, configure, BareScope.Resolve<THandler>, typeof(THandler).Name);
    }

    /// <summary>Consumes messages of one type with a handler that a factory gives for each attempt.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="factory">Called with the attempt's scope; what it makes itself it must dispose itself.</param>
    /// <param name="configure">Further settings.</param>
    public MessagingBuilder AddConsumer<TMessage>(string queue, Func<IServiceProvider, IMessageHandler<TMessage>> factory, Action<ConsumerOptions>? configure = null)
        where TMessage : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentNullException.ThrowIfNull(factory);
        return Add(new ConsumerAttribute { Queue = queue }, configure, factory, $"factory of {typeof(TMessage).Name}");
    }

    /// <summary>Consumes messages of one type with a function.</summary>
    public MessagingBuilder AddConsumer<TMessage>(string queue, Func<TMessage, MessageContext, CancellationToken, Task> handle, Action<ConsumerOptions>? configure = null)
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(handle);
        var handler = new DelegateHandler<TMessage>(handle);
        return AddConsumer<TMessage>(queue, _ => handler, configure);
    }

    /// <summary>Changes how the publisher confirms, waits and limits.</summary>
    public MessagingBuilder ConfigurePublisher(Action<PublisherOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(PublisherOptions);
        return this;
    }

    private MessagingBuilder Add<TMessage>(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure, Func<IServiceProvider, IMessageHandler<TMessage>> factory, string handlerName)
        where TMessage : notnull
    {
        Consumers.Add(new ConsumerRegistration<TMessage>(ConsumerRegistration.OptionsOf(attribute, configure), factory, handlerName));
        return this;
    }
}
