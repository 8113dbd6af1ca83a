using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>The services of one outbox, plain or under its name.</summary>
internal static class OutboxServices
{
    internal static void Add(IServiceCollection services, OutboxSettings settings)
    {
        var name = settings.Name;
        services.AddSingleton(settings);
        services.AddForOutbox(name, provider =>
        {
            var database = settings.Resolve(provider).Database!(provider);
            database.AwaitHost();
            return database;
        });
        services.AddForOutbox(name, provider => TransactionalOutbox.Create(provider.OfOutbox<OutboxDatabase>(name), settings.CatalogOf(provider),
            settings.Outbox, provider.GetTimeProvider()));
        services.AddForOutbox<IOutbox>(name, provider => provider.OfOutbox<TransactionalOutbox>(name));
        services.AddForOutbox(name, provider => new SchemaMigrator(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider()));
        services.AddForOutbox(name, provider => new OutboxMonitor(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider()));
        services.AddForOutbox(name, provider => new ParkedEvents(provider.OfOutbox<TransactionalOutbox>(name)));
        services.AddForOutbox(name, provider => new OutboxRelay(provider.OfOutbox<TransactionalOutbox>(name), settings.Publisher(provider), settings.Relay,
            provider.GetService<ILogger<OutboxRelay>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxHost(
            settings.Resolve(provider),
            provider.OfOutbox<SchemaMigrator>(name),
            provider.OfOutbox<OutboxDatabase>(name),
            () => provider.OfOutbox<OutboxRelay>(name),
            provider.GetService<ILogger<OutboxRelay>>()));
        InboxServices.AddRetention(services, settings);
    }
}
