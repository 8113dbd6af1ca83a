using Microsoft.Extensions.DependencyInjection;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Says how one outbox is made. What else lives in its database (inbox, sagas) is added to it by extensions.</summary>
/// <remarks>Used while services are registered; not safe for concurrent use.</remarks>
public sealed class OutboxBuilder
{
    private readonly OutboxSettings _settings;

    internal OutboxBuilder(IServiceCollection services, OutboxSettings settings)
    {
        Services = services;
        _settings = settings;
    }

    /// <summary>The services it is registered with.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key of its services; null for the service's own database.</summary>
    public string? Name => _settings.Name;

    /// <summary>The database. Required.</summary>
    public OutboxBuilder UseDatabase(OutboxDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return UseDatabase(_ => database);
    }

    /// <summary>The database, made of other services. Required.</summary>
    public OutboxBuilder UseDatabase(Func<IServiceProvider, OutboxDatabase> database)
    {
        ArgumentNullException.ThrowIfNull(database);
        _settings.Database = database;
        return this;
    }

    /// <summary>Where the relay publishes. Default: the registered <see cref="IMessagePublisher"/>.</summary>
    public OutboxBuilder UsePublisher(Func<IServiceProvider, IMessagePublisher> publisher)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        _settings.Publisher = publisher;
        return this;
    }

    /// <summary>The message types. Default: the registered <see cref="MessageCatalog"/>, or else the publisher's.</summary>
    public OutboxBuilder UseCatalog(Func<IServiceProvider, MessageCatalog> catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        _settings.Catalog = catalog;
        return this;
    }

    /// <summary>Sets limits of what may be written.</summary>
    public OutboxBuilder ConfigureOutbox(Action<OutboxOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_settings.Outbox);
        return this;
    }

    /// <summary>Sets how the relay reads, retries and waits.</summary>
    public OutboxBuilder ConfigureRelay(Action<RelayOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_settings.Relay);
        return this;
    }

    /// <summary>This process only writes: another one runs the relay.</summary>
    public OutboxBuilder WithoutRelay()
    {
        _settings.RunRelay = false;
        return this;
    }

    /// <summary>Whether the host creates and updates the tables when it starts. Otherwise it only checks them, and does not start with others than it needs. Default: true.</summary>
    public OutboxBuilder MigrateOnStart(bool migrate = true)
    {
        _settings.Migrate = migrate;
        return this;
    }
}
