using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The settings of one outbox, from code and from configuration.</summary>
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

    internal InboxOptions Inbox { get; } = new();

    internal bool RunRelay { get; set; } = true;

    internal bool Migrate { get; set; } = true;

    /// <summary>What was read from the configuration, with the settings of inbox and sagas.</summary>
    internal RestartNotice RestartNotice { get; } = new();

    private string Section => Name is null ? "TechCorp:Outbox" : $"TechCorp:Outbox:{Name}";

    internal static OutboxSettings? Of(ServiceDescriptor service) => service is { ServiceType: { } type, IsKeyedService: false }
        && type == typeof(OutboxSettings) ? service.ImplementationInstance as OutboxSettings : null;

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

            var (problems, foreign) = (new List<string>(), new List<string>());
            if (services.GetService<IConfiguration>() is { } configuration)
            {
                SectionReader.Read(configuration.GetSection(Section), problems, reader => Read(reader, services, foreign), RestartNotice);
            }

            if (Database is null)
            {
                problems.Add($"An outbox needs a database: call {nameof(OutboxBuilder.UseDatabase)}(…).");
            }

            problems.AddRange(OptionsCheck.OfSection(Section, Outbox.Problems()));
            problems.AddRange(OptionsCheck.OfSection($"{Section}:Relay", Relay.Problems()));
            problems.AddRange(OptionsCheck.OfSection($"{Section}:Inbox", Inbox.Problems()));
            OptionsCheck.ThrowAtStart(Section, typeof(OutboxOptions), problems);
            var logger = services.GetLogger<OutboxRelay>();
            foreign.ForEach(logger.ForeignSection);
            _resolved = true;
            return this;
        }
    }

    /// <summary>Checks the whole section, that of the sagas included, so that one start names every problem; what it holds is applied where they are
    /// registered.</summary>
    private void Read(SectionReader section, IServiceProvider services, ICollection<string> foreign)
    {
        section.Int32(nameof(OutboxOptions.MaxPayloadBytes), value => Outbox.MaxPayloadBytes = value);
        section.Boolean(nameof(OutboxBuilder.MigrateOnStart), value => Migrate = value);
        section.Boolean(nameof(OutboxBuilder.RunRelay), value => RunRelay = value);
        section.Section("Relay", relay => OptionsFromConfiguration.Read(relay, Relay));
        section.Section("Inbox", inbox => OptionsFromConfiguration.Read(inbox, Inbox));
        section.Section("Sagas", sagas => OptionsFromConfiguration.Read(sagas, new SagaOptions()));
        if (Name is null)
        {
            var names = services.GetServices<OutboxSettings>().Select(settings => settings.Name);
            section.NamedSections(key => names.Contains(key, StringComparer.OrdinalIgnoreCase), foreign);
        }
    }
}
