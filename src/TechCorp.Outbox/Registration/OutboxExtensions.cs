using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Registers an outbox with a container, and consumers whose effect happens once.</summary>
public static class OutboxExtensions
{
    extension(IServiceCollection services)
    {
        /// <summary>Registers the outbox of the service's database: <see cref="TransactionalOutbox"/>, <see cref="IOutbox"/>, <see cref="OutboxDatabase"/>,
        /// <see cref="SchemaMigrator"/>, <see cref="OutboxMonitor"/>, <see cref="ParkedEvents"/> and, hosted, the relay.</summary>
        /// <remarks>
        /// The host migrates the tables before anything else starts, and stops the relay after the consumers and before the publisher,
        /// whatever the order of registration.
        /// Configuration (<c>TechCorp:Outbox</c>) wins over <paramref name="configure"/>. A second call configures the same outbox.
        /// <code>
        /// services.AddTechCorpOutbox(outbox => outbox
        ///     .UseDatabase(new OutboxDatabase(NpgsqlDataSource.Create(connectionString), SqlDialect.PostgreSql, "orders"))
        ///     .ConfigureRelay(relay => relay.BatchSize = 200));
        /// </code>
        /// </remarks>
        public IServiceCollection AddTechCorpOutbox(Action<OutboxBuilder> configure) => services.AddOutbox(null, configure);

        /// <summary>Registers the outbox of a further database, as keyed services under its name; its configuration is
        /// <c>TechCorp:Outbox:&lt;name&gt;</c>.</summary>
        public IServiceCollection AddTechCorpOutbox(string name, Action<OutboxBuilder> configure)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            return services.AddOutbox(name, configure);
        }

        private IServiceCollection AddOutbox(string? name, Action<OutboxBuilder> configure)
        {
            ArgumentNullException.ThrowIfNull(services);
            ArgumentNullException.ThrowIfNull(configure);
            var settings = services.Select(OutboxSettings.Of).FirstOrDefault(other => other is not null && other.Name == name);
            if (settings is null)
            {
                settings = new OutboxSettings(name);
                OutboxServices.Add(services, settings);
            }

            configure(new OutboxBuilder(services, settings));
            return services;
        }
    }

    /// <summary>Consumes messages of one type with a handler whose writes and events commit together with the mark that the message was handled.</summary>
    /// <param name="messaging">The messaging of the service.</param>
    /// <param name="configure">Queue and settings, over those of the handler's <see cref="ConsumerAttribute"/>.</param>
    /// <param name="outbox">The name of the outbox whose database it is. Default: the plain one.</param>
    /// <remarks>The handler is scoped unless it is registered already. The queue's name is what the inbox knows the consumer by.</remarks>
    /// <exception cref="InvalidOperationException">No queue is named.</exception>
    public static MessagingBuilder AddTransactionalConsumer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, TMessage>(
        this MessagingBuilder messaging, Action<ConsumerOptions>? configure = null, string? outbox = null)
        where THandler : class, ITransactionalHandler<TMessage>
        where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(messaging);
        messaging.Services.TryAddScoped<THandler>();
        var attribute = typeof(THandler).GetCustomAttribute<ConsumerAttribute>(inherit: false);
        var asked = new ConsumerOptions { Queue = attribute?.Queue ?? "" };
        configure?.Invoke(asked);
        return asked.Queue.Length == 0
            ? throw new InvalidOperationException($"{typeof(THandler).Name} consumes no queue: put [Consumer(Queue = \"…\")] on it, or "
            + "set Queue at registration.")
            : messaging.AddConsumer<TMessage>(asked.Queue, provider => Handler<THandler, TMessage>(provider, outbox), options =>
            {
                options.Prefetch = attribute is { Prefetch: > 0 } ? attribute.Prefetch : options.Prefetch;
                options.Concurrency = attribute is { Concurrency: > 0 } ? attribute.Concurrency : options.Concurrency;
                options.WhenTypeUnknown = attribute?.WhenTypeUnknown ?? options.WhenTypeUnknown;
                options.DeadLetterExchange = attribute?.DeadLetterExchange;
                configure?.Invoke(options);
            }, typeof(THandler).Name);
    }

    internal static IMessageHandler<TMessage> Handler<THandler, TMessage>(IServiceProvider provider, string? outbox)
        where THandler : class, ITransactionalHandler<TMessage>
        where TMessage : notnull
        => new InboxHandler<TMessage>(
            provider.OfOutbox<OutboxDatabase>(outbox), provider.OfOutbox<IOutbox>(outbox), provider.GetRequiredService<THandler>(), provider.GetTimeProvider(),
            provider.GetLogger<THandler>());
}
