using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechCorp.Outbox;

/// <summary>What code says about the sagas of one outbox, and what configuration makes of it.</summary>
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
            Bind(new SectionReader(configuration.GetSection(Section), problems));
        }

        problems.AddRange(Options.Problems());
        return problems.Count == 0 ? Options : throw new OptionsValidationException(Section, typeof(SagaOptions), problems);
    }

    private void Bind(SectionReader section)
    {
        section.Int32(nameof(SagaOptions.Concurrency), value => Options.Concurrency = value);
        section.Duration(nameof(SagaOptions.Lease), value => Options.Lease = value);
        section.Duration(nameof(SagaOptions.PollInterval), value => Options.PollInterval = value);
        section.Duration(nameof(SagaOptions.StepTimeout), value => Options.StepTimeout = value);
        section.Duration(nameof(SagaOptions.RetryBaseDelay), value => Options.RetryBaseDelay = value);
        section.Int32(nameof(SagaOptions.CompensationAttempts), value => Options.CompensationAttempts = value);
        section.Duration(nameof(SagaOptions.CompensationMaxDelay), value => Options.CompensationMaxDelay = value);
        section.Int32(nameof(SagaOptions.AlarmAfterAttempts), value => Options.AlarmAfterAttempts = value);
        section.Boolean("ContinueWhenStuck", value => Options.StuckCompensationBehavior = value ? StuckCompensationBehavior.ContinueBestEffort : StuckCompensationBehavior.Stop);
        section.Duration(nameof(SagaOptions.SuspendAfter), value => Options.SuspendAfter = value);
        section.Duration(nameof(SagaOptions.KeepEnded), value => Options.KeepEnded = value);
        section.Duration(nameof(SagaOptions.KeepBarrierMarks), value => Options.KeepBarrierMarks = value);
    }
}
