using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TechCorp.Messaging;

/// <summary>Registers messaging with a container and its host.</summary>
public static class MessagingServiceCollectionExtensions
{
    extension(IServiceCollection services)
    {
        /// <summary>Registers <see cref="IMessagePublisher"/>, <see cref="DeadLetterQueues"/>, <see cref="MessageConsumers"/>,
        /// <see cref="MessagingHealthCheck"/>, and the consumers of the builder. A second call adds to the first.</summary>
        /// <remarks>
        /// The host connects and declares the topology before any service starts, starts consumers last, drains them first, and closes the connection last.
        /// Problems with options are thrown by the host's start, all at once, as <see cref="Microsoft.Extensions.Options.OptionsValidationException"/>.
        /// </remarks>
        public IServiceCollection AddTechCorpMessaging(Action<MessagingBuilder> configure) => Add(services, null, configure);

        /// <summary>Registers a further instance (another broker or virtual host), whose services are keyed by the name.</summary>
        /// <param name="name">The key: <c>[FromKeyedServices("reporting")] IMessagePublisher publisher</c>.</param>
        /// <param name="configure">As for the registration without a name.</param>
        public IServiceCollection AddTechCorpMessaging(string name, Action<MessagingBuilder> configure)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return Add(services, name, configure);
        }
    }

    private static IServiceCollection Add(IServiceCollection services, string? name, Action<MessagingBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.Where(descriptor => Equals(descriptor.ServiceKey, name) && descriptor.ServiceType == typeof(MessagingBuilder))
            .Select(descriptor => descriptor.IsKeyedService ? descriptor.KeyedImplementationInstance : descriptor.ImplementationInstance)
            .OfType<MessagingBuilder>()
            .FirstOrDefault();
        if (builder is null)
        {
            builder = new MessagingBuilder(services, name);
            Register(services, builder);
        }

        configure(builder);
        return services;
    }

    private static void Register(IServiceCollection services, MessagingBuilder builder)
    {
        var name = builder.Name;
        services.AddKeyedSingleton(name, builder);
        services.AddKeyedSingleton(name,
            (provider, _) => new MessagingRuntime(new MessagingPlanner(builder).Plan(provider), provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddKeyedSingleton(name, (provider, _) => RuntimeOf(provider, name).Publisher);
        services.AddKeyedSingleton(name, (provider, _) => RuntimeOf(provider, name).Publisher.Catalog);
        services.AddKeyedSingleton(name, (provider, _) => RuntimeOf(provider, name).Consumers);
        services.AddKeyedSingleton(name, (provider, _) => RuntimeOf(provider, name).DeadLetters);
        services.AddKeyedSingleton(name, (provider, _) => new MessagingHealthCheck(RuntimeOf(provider, name)));
        services.AddSingleton<IHostedService>(provider => new MessagingHost(RuntimeOf(provider, name)));
    }

    private static MessagingRuntime RuntimeOf(IServiceProvider provider, string? name)
        => name is null ? provider.GetRequiredService<MessagingRuntime>() : provider.GetRequiredKeyedService<MessagingRuntime>(name);
}
