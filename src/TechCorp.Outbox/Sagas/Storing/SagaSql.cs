namespace TechCorp.Outbox;

/// <summary>The statements of the saga store in one dialect. Times come in as <c>@Now</c> (SQLite, Unix milliseconds) or are the server's;
/// spans come in as milliseconds.</summary>
internal abstract class SagaSql
{
    internal static SagaSql For(OutboxDatabase database)
        => database.Dialect.Choose<SagaSql>(() => new PostgreSqlSagaSql(database.Schema), () => new SqliteSagaSql(database.Schema));

    /// <summary>As SQL text: every status that this version can read.</summary>
    internal static string KnownStatuses { get; } = string.Join(", ", Enum.GetNames<SagaStatus>().Select(name => $"'{name}'"));

    /// <summary>A new instance; no row when the business key has one.</summary>
    internal abstract string Insert { get; }

    /// <summary>The instance's own row, fenced by the epoch.</summary>
    internal abstract string Update { get; }

    /// <summary>What comes before the step rows of an upsert.</summary>
    internal abstract string StepsHead { get; }

    /// <summary>One step row; <c>#</c> stands for its number.</summary>
    internal abstract string StepsRow { get; }

    /// <summary>What comes after them.</summary>
    internal abstract string StepsTail { get; }

    /// <summary>Claims the due instances whose definition this process knows.</summary>
    internal abstract string ClaimDue { get; }

    /// <summary>Takes one instance over from its owner.</summary>
    internal abstract string TakeOver { get; }

    /// <summary>One row while a process runs it; PostgreSQL keeps it locked.</summary>
    internal abstract string IsRunning { get; }

    /// <summary>Renews the leases of instances that this process runs.</summary>
    internal abstract string Renew { get; }

    /// <summary>Releases one without touching its progress, whose last write may or may not have been committed.</summary>
    internal abstract string Release { get; }

    /// <summary>Milliseconds until something is due.</summary>
    internal abstract string UntilDue { get; }

    /// <summary>Marks what has been due for long and is not known here.</summary>
    internal abstract string Suspend { get; }

    internal abstract string FindByKey { get; }

    internal abstract string FindById { get; }

    /// <summary>Which instances started by this process were committed.</summary>
    internal abstract string FindOwn { get; }

    /// <summary>What has a status; those whose status cannot be read count as suspended.</summary>
    internal abstract string FindByStatus { get; }

    internal abstract string Steps { get; }

    /// <summary>Deletes the steps of ended sagas past their retention, then the sagas, oldest first.</summary>
    internal abstract string Purge { get; }
}
