namespace TechCorp.Resilience;

/// <summary>All named pipelines of a container, and what is wrong with their configuration.</summary>
internal sealed class ResilienceSettings
{
    /// <summary>Names in a configuration do not distinguish case.</summary>
    internal Dictionary<string, ResiliencePipelineOptions> Pipelines { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys and values that they were read from.</summary>
    internal IReadOnlyDictionary<string, string?> Read { get; set; } = new Dictionary<string, string?>();

    internal List<string> ConfigurationProblems { get; } = [];
}
