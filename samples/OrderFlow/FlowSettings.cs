namespace OrderFlow;

/// <summary>What the user asked for.</summary>
internal sealed record FlowSettings
{
    internal required int Orders { get; init; }

    /// <summary>The user's photo; null for one that is drawn.</summary>
    internal string? Image { get; init; }

    internal string? RabbitMq { get; init; }

    internal string? Postgres { get; init; }

    internal required string DataDirectory { get; init; }

    /// <summary>Whether the folder is ours to delete at the end.</summary>
    internal bool IsTemporary { get; init; }

    /// <summary>Whether the folder was derived from the database: kept for a resume, deleted when a run held.</summary>
    internal bool IsDefaultFolder { get; init; }

    internal bool Resume { get; init; }

    internal bool Serve { get; init; }

    /// <summary>How long to wait for each thing that the services do by themselves.</summary>
    internal required TimeSpan Patience { get; init; }

    /// <summary>Whether another process could go on where this one ends.</summary>
    internal bool CanResume => RabbitMq is not null && !IsTemporary;

    /// <summary>A fault that the oracle must notice; for tests.</summary>
    internal string? Mutation { get; init; }
}
