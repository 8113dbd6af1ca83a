namespace TechCorp.Outbox;

/// <summary>The statements of the saga store in one dialect. Times come in as <c>@Now</c> (SQLite, Unix milliseconds) or are the server's; spans come in as milliseconds.</summary>
internal sealed record SagaSql
{
    /// <summary>As SQL text: every status that this version can read.</summary>
    internal static string KnownStatuses { get; } = string.Join(", ", Enum.GetNames<SagaStatus>().Select(name => $"'{name}'"));

    /// <summary>A new instance; no row when the business key has one.</summary>
    internal required string Insert { get; init; }

    /// <summary>The instance's own row, fenced by the epoch.</summary>
    internal required string Update { get; init; }

    /// <summary>What comes before the step rows of an upsert.</summary>
    internal required string StepsHead { get; init; }

    /// <summary>One step row; <c>#</c> stands for its number.</summary>
    internal required string StepsRow { get; init; }

    /// <summary>What comes after them.</summary>
    internal required string StepsTail { get; init; }

    /// <summary>Takes up what is due and known here.</summary>
    internal required string ClaimDue { get; init; }

    /// <summary>Takes one instance up, whoever has it.</summary>
    internal required string Seize { get; init; }

    /// <summary>One row while somebody runs it; on a server it stays locked.</summary>
    internal required string IsRun { get; init; }

    /// <summary>Renews the leases of instances that this process runs.</summary>
    internal required string Renew { get; init; }

    /// <summary>Lets go of one without touching its progress, whose last write may or may not have been committed.</summary>
    internal required string Release { get; init; }

    /// <summary>Milliseconds until something is due.</summary>
    internal required string UntilDue { get; init; }

    /// <summary>Marks what has been due for long and is not known here.</summary>
    internal required string Suspend { get; init; }

    internal required string FindByKey { get; init; }

    internal required string FindById { get; init; }

    /// <summary>Which of our own fresh instances were committed.</summary>
    internal required string FindOwn { get; init; }

    /// <summary>What has a status; those whose status cannot be read count as suspended.</summary>
    internal required string FindByStatus { get; init; }

    internal required string Steps { get; init; }

    /// <summary>Deletes the steps of ended sagas past their retention, then the sagas, oldest first.</summary>
    internal required string Purge { get; init; }
}
