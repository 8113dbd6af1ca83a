using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TechCorp.Messaging;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>Configures one outbox. What else lives in its database (inbox, idempotency records, sagas) is added to it.</summary>
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

    /// <summary>Whether this process runs the relay; otherwise it only writes, and another process publishes. Default: true.</summary>
    public OutboxBuilder RunRelay(bool run = true)
    {
        _settings.RunRelay = run;
        return this;
    }

    /// <summary>Whether the host creates and updates the tables when it starts. Otherwise it only checks them, and does not start with
    /// others than it needs. Default: true.</summary>
    public OutboxBuilder MigrateOnStart(bool migrate = true)
    {
        _settings.Migrate = migrate;
        return this;
    }

    /// <summary>Sets how long handled messages are remembered, and how older marks are deleted while the host runs; both are done without this call, by the
    /// defaults. Configuration (<c>TechCorp:Outbox:Inbox</c>) wins over code.</summary>
    public OutboxBuilder ConfigureInbox(Action<InboxOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_settings.Inbox);
        return this;
    }

    /// <summary>Registers a <see cref="SqlIdempotencyStore"/> in the outbox's database, also as <see cref="IIdempotencyStore"/>,
    /// and sweeps it while the host runs.</summary>
    public OutboxBuilder AddIdempotencyStore()
    {
        InboxServices.AddIdempotencyStore(Services, Name);
        return this;
    }

    /// <summary>Registers a saga, and with the first one a <see cref="SagaOrchestrator"/> and a <see cref="SagaBarrier"/>, keyed like the outbox.</summary>
    /// <param name="jsonTypeInfo">Of the state, from a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <remarks>The saga is scoped unless it is registered already; each run has its own scope. Configuration
    /// (<c>TechCorp:Outbox:Sagas</c>) wins over code.</remarks>
    public OutboxBuilder AddSaga<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSaga, TState>(
        JsonTypeInfo<TState> jsonTypeInfo)
        where TSaga : Saga<TState>
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(jsonTypeInfo);
        Services.TryAddScoped<TSaga>();
        SagaServices.SettingsOf(Services, Name).Sagas.Add(new SagaRegistration<TState>(static services => services.GetRequiredService<TSaga>(), jsonTypeInfo));
        return this;
    }

    /// <summary>Sets how sagas are run.</summary>
    public OutboxBuilder ConfigureSagas(Action<SagaOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(SagaServices.SettingsOf(Services, Name).Options);
        return this;
    }
}
