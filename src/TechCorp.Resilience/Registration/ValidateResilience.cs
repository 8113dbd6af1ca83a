using Microsoft.Extensions.Options;

namespace TechCorp.Resilience;

/// <summary>Reports every problem of every pipeline at once.</summary>
internal sealed class ValidateResilience : IValidateOptions<ResilienceSettings>
{
    public ValidateOptionsResult Validate(string? name, ResilienceSettings options)
    {
        string[] problems =
        [
            .. options.ConfigurationProblems,
            .. options.Pipelines.SelectMany(pipeline => OptionsCheck.OfSection($"TechCorp:Resilience:Pipelines:{pipeline.Key}", pipeline.Value.Problems())),
        ];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
