namespace TechCorp.Resilience.Http;

/// <summary>The options of all pipelines that clients use, and what is wrong with their configuration.</summary>
internal sealed class HttpResilienceSettings
{
    /// <summary>Names in a configuration do not distinguish case.</summary>
    internal Dictionary<string, HttpResilienceOptions> Pipelines { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal List<string> ConfigurationProblems { get; } = [];

    internal HttpResilienceOptions Of(string name)
    {
        if (!Pipelines.TryGetValue(name, out var options))
        {
            Pipelines.Add(name, options = new HttpResilienceOptions());
        }

        return options;
    }
}
