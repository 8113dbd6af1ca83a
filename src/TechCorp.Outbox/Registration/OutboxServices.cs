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
        Singleton(services, name, provider => settings.Resolve(provider).Database!(provider));
        Singleton(services, name, provider => TransactionalOutbox.Create(Get<OutboxDatabase>(provider, name), settings.CatalogOf(provider), settings.Outbox, provider.GetTimeProvider()));
        Singleton<IOutbox>(services, name, provider => Get<TransactionalOutbox>(provider, name));
        Singleton(services, name, provider => new SchemaMigrator(Get<OutboxDatabase>(provider, name), provider.GetTimeProvider()));
        Singleton(services, name, provider => new OutboxMonitor(Get<OutboxDatabase>(provider, name), provider.GetTimeProvider()));
        Singleton(services, name, provider => new ParkedEvents(Get<TransactionalOutbox>(provider, name)));
        Singleton(services, name, provider => new OutboxRelay(Get<TransactionalOutbox>(provider, name), settings.Publisher(provider), settings.Relay, provider.GetService<ILogger<OutboxRelay>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxHost(
            settings.Resolve(provider), Get<SchemaMigrator>(provider, name), Get<OutboxDatabase>(provider, name), () => Get<OutboxRelay>(provider, name), provider.GetService<ILogger<OutboxRelay>>()));
    }

    private static T Get<T>(IServiceProvider provider, string? name)
        where T : notnull
        => name is null ? provider.GetRequiredService<T>() : provider.GetRequiredKeyedService<T>(name);

    private static void Singleton<T>(IServiceCollection services, string? name, Func<IServiceProvider, T> make)
        where T : class
    {
        if (name is null)
        {
            services.AddSingleton(make);
        }
        else
        {
            services.AddKeyedSingleton(name, (provider, _) => make(provider));
        }
    }
}
