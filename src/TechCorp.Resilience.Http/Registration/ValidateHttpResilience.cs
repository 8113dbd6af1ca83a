using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Http;

/// <summary>Reports every problem of every client's pipeline at once.</summary>
internal sealed class ValidateHttpResilience(IServiceProvider services) : IValidateOptions<HttpResilienceSettings>
{
    public ValidateOptionsResult Validate(string? name, HttpResilienceSettings options)
    {
        string[] problems =
        [
            .. options.ConfigurationProblems,
            .. options.Pipelines.SelectMany(pipeline => OptionsCheck.Of($"Client pipeline '{pipeline.Key}'", pipeline.Value.Problems())),
            .. PipelineProblems(options),
        ];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private List<string> PipelineProblems(HttpResilienceSettings options)
    {
        try
        {
            var registry = services.GetRequiredService<ResiliencePipelineRegistry>();
            return [.. options.Pipelines.Keys.SelectMany(name => OptionsCheck.Of($"Pipeline '{name}'", PipelineRules.Problems(registry.OptionsOf(name))))];
        }
        catch (OptionsValidationException)
        {
            return []; // the start reports these problems itself
        }
    }
}
