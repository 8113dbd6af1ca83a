namespace TechCorp.Resilience.Http;

/// <summary>The options of all pipelines that clients use, and what is wrong with their configuration.</summary>
internal sealed class HttpResilienceSettings
{
    /// <summary>Names in a configuration do not distinguish case.</summary>
    internal Dictionary<string, HttpResilienceOptions> Pipelines { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal List<string> ConfigurationProblems { get; } = [];

    /// <summary>The pipelines of clients that have their own.</summary>
    internal Dictionary<string, string> Clients { get; } = [];

    /// <summary>The pipeline of all other clients, if they have one.</summary>
    internal string? DefaultPipeline { get; set; }

    /// <summary>The pipeline of a client; <see langword="null"/> when it has none.</summary>
    internal string? PipelineOf(string? client) => client is not null && Clients.TryGetValue(client, out var own) ? own : DefaultPipeline;

    /// <summary>Gives a client, or without a name all clients that have none, a pipeline. The last one counts.</summary>
    internal void Use(string? client, string pipeline)
    {
        if (client is null)
        {
            DefaultPipeline = pipeline;
        }
        else
        {
            Clients[client] = pipeline;
        }
    }

    internal HttpResilienceOptions Of(string name)
    {
        if (!Pipelines.TryGetValue(name, out var options))
        {
            Pipelines.Add(name, options = new HttpResilienceOptions());
        }

        return options;
    }
}
