using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>Registration with a container.</summary>
public static class OutboxServiceCollectionExtensions
{
    extension(IServiceCollection services)
    {
        /// <summary>Registers the outbox of the service's database: <see cref="TransactionalOutbox"/>, <see cref="IOutbox"/>, <see cref="OutboxDatabase"/>, <see cref="SchemaMigrator"/>, <see cref="OutboxMonitor"/>, <see cref="ParkedEvents"/> and, hosted, the relay.</summary>
        /// <remarks>
        /// The host migrates the tables before anything else starts, and stops the relay after the consumers and before the publisher, whatever the order of registration.
        /// Configuration (<c>TechCorp:Outbox</c>) wins over <paramref name="configure"/>. A second call goes on with the same outbox.
        /// <code>
        /// services.AddTechCorpOutbox(outbox => outbox
        ///     .UseDatabase(new OutboxDatabase(NpgsqlDataSource.Create(connectionString), SqlDialect.PostgreSql, "orders"))
        ///     .Relay(relay => relay.BatchSize = 200));
        /// </code>
        /// </remarks>
        public IServiceCollection AddTechCorpOutbox(Action<OutboxBuilder> configure) => services.AddOutbox(null, configure);

        /// <summary>Registers the outbox of a further database, as keyed services under its name; its configuration is <c>TechCorp:Outbox:&lt;name&gt;</c>.</summary>
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
}
