using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>What code says about one outbox, and what configuration makes of it.</summary>
internal sealed class OutboxSettings(string? name)
{
    private readonly Lock _gate = new();
    private bool _resolved; // guarded by _gate

    internal string? Name { get; } = name;

    internal Func<IServiceProvider, OutboxDatabase>? Database { get; set; }

    internal Func<IServiceProvider, IMessagePublisher> Publisher { get; set; } = services => services.GetRequiredService<IMessagePublisher>();

    internal Func<IServiceProvider, MessageCatalog>? Catalog { get; set; }

    internal OutboxOptions Outbox { get; } = new();

    internal RelayOptions Relay { get; } = new();

    internal bool RunRelay { get; set; } = true;

    internal bool Migrate { get; set; } = true;

    private string Section => Name is null ? "TechCorp:Outbox" : $"TechCorp:Outbox:{Name}";

    internal static OutboxSettings? Of(ServiceDescriptor service) => service is { ServiceType: { } type, IsKeyedService: false } && type == typeof(OutboxSettings) ? service.ImplementationInstance as OutboxSettings : null;

    internal MessageCatalog CatalogOf(IServiceProvider services)
        => Catalog?.Invoke(services) ?? services.GetService<MessageCatalog>() ?? Publisher(services).Catalog;

    /// <summary>Applies configuration, once, and checks the whole.</summary>
    /// <exception cref="OptionsValidationException">At least one setting is wrong; all that are, are named.</exception>
    internal OutboxSettings Resolve(IServiceProvider services)
    {
        lock (_gate)
        {
            if (_resolved)
            {
                return this;
            }

            var problems = new List<string>();
            if (services.GetService<IConfiguration>() is { } configuration)
            {
                Bind(new SectionReader(configuration.GetSection(Section), problems));
            }

            if (Database is null)
            {
                problems.Add($"An outbox needs a database: call {nameof(OutboxBuilder.UseDatabase)}(…).");
            }

            problems.AddRange(Outbox.Problems());
            problems.AddRange(Relay.Problems().Select(problem => $"Relay: {problem}"));
            if (problems.Count > 0)
            {
                throw new OptionsValidationException(Section, typeof(OutboxOptions), problems);
            }

            _resolved = true;
            return this;
        }
    }

    private void Bind(SectionReader section)
    {
        section.Int32(nameof(OutboxOptions.MaxPayloadBytes), value => Outbox.MaxPayloadBytes = value);
        section.Boolean("MigrateOnStart", value => Migrate = value);
        section.Boolean("Relay:Enabled", value => RunRelay = value);
        section.Int32("Relay:BatchSize", value => Relay.BatchSize = value);
        section.Duration("Relay:KeepSent", value => Relay.AfterConfirm = value > TimeSpan.Zero ? AfterConfirm.Keep(value) : AfterConfirm.Delete);
        section.Duration("Relay:UnroutableGrace", value => Relay.UnroutableGrace = value);
        section.Duration("Relay:RetryDelay", value => Relay.RetryDelay = value);
        section.Duration("Relay:MaxRetryDelay", value => Relay.MaxRetryDelay = value);
        section.Int32("Relay:MaxAttempts", value => Relay.MaxAttempts = value);
        section.Duration("Relay:MinPollInterval", value => Relay.MinPollInterval = value);
        section.Duration("Relay:MaxPollInterval", value => Relay.MaxPollInterval = value);
        section.Duration("Relay:SweepInterval", value => Relay.SweepInterval = value);
        section.Duration("Relay:LeaseDuration", value => Relay.LeaseDuration = value);
    }
}
