namespace TechCorp.Resilience;

/// <summary>All named pipelines of a container, and what is wrong with their configuration.</summary>
internal sealed class ResilienceSettings
{
    /// <summary>Names in a configuration do not distinguish case.</summary>
    public Dictionary<string, ResiliencePipelineOptions> Pipelines { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<string> ConfigurationProblems { get; } = [];
}
