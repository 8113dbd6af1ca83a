using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechCorp.Outbox;

/// <summary>The settings of the sagas of one outbox, from code and from configuration.</summary>
internal sealed class SagaSettings(string? name)
{
    internal string? Name { get; } = name;

    internal SagaOptions Options { get; } = new();

    internal List<SagaRegistration> Sagas { get; } = [];

    private string Section => Name is null ? "TechCorp:Outbox:Sagas" : $"TechCorp:Outbox:{Name}:Sagas";

    /// <exception cref="OptionsValidationException">At least one setting is wrong; all that are, are named.</exception>
    internal SagaOptions Resolve(IServiceProvider services)
    {
        var problems = new List<string>();
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            SectionReader.Read(configuration.GetSection(Section), problems, reader => OptionsFromConfiguration.Read(reader, Options));
        }

        problems.AddRange(OptionsCheck.OfSection(Section, Options.Problems()));
        OptionsCheck.ThrowAtStart(Section, typeof(SagaOptions), problems);
        return Options;
    }
}
