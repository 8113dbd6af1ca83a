namespace OrderFlow;

/// <summary>The settings of a run, from the command line.</summary>
internal sealed record FlowSettings
{
    internal required int Orders { get; init; }

    /// <summary>The user's photo; null for a generated image.</summary>
    internal string? Image { get; init; }

    internal string? RabbitMq { get; init; }

    internal string? Postgres { get; init; }

    internal required string DataDirectory { get; init; }

    /// <summary>Whether OrderFlow created the folder and deletes it at the end.</summary>
    internal bool IsTemporary { get; init; }

    /// <summary>Whether the folder's name derives from the database: the folder is kept for a resume, and deleted after a run that passed.</summary>
    internal bool IsDefaultFolder { get; init; }

    internal bool Resume { get; init; }

    internal bool Serve { get; init; }

    /// <summary>How long to wait for each asynchronous step of the services.</summary>
    internal required TimeSpan WaitTimeout { get; init; }

    /// <summary>Whether another process can continue this run after an interruption.</summary>
    internal bool CanResume => RabbitMq is not null && !IsTemporary;

    /// <summary>A fault that the checks must detect; for tests.</summary>
    internal string? Mutation { get; init; }
}
