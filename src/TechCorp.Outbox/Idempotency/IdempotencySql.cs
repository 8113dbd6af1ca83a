namespace TechCorp.Outbox;

/// <summary>The statements of the idempotency store in one dialect. Status: 0 in progress, 1 finished, 2 in doubt, 3 free.</summary>
internal abstract class IdempotencySql
{
    internal static IdempotencySql For(OutboxDatabase database)
        => database.Dialect.Choose<IdempotencySql>(() => new PostgreSqlIdempotencySql(database.Schema), () => new SqliteIdempotencySql(database.Schema));

    /// <summary>Goes before a statement that could wait for another transaction, outside a caller's
    /// transaction: it gives up after <see cref="IdempotencyRecords.LockWait"/>.</summary>
    internal abstract string Bound { get; }

    /// <summary>Goes behind a completion in a caller's transaction: shows until its end that it is open; empty where it shows by itself.</summary>
    internal abstract string Open { get; }

    /// <summary>1 while a completion of the owner is in an open transaction.</summary>
    internal abstract string IsOpen { get; }

    /// <summary>The claim, in one statement: a new record, the same claim again, a take-over; no row when another owner has it or it is finished.</summary>
    internal abstract string Claim { get; }

    internal abstract string Find { get; }

    internal abstract string Complete { get; }

    /// <summary>Counts the record if this very lease has finished it.</summary>
    internal abstract string IsCompleted { get; }

    /// <summary>Frees the record and keeps it: the next claim needs its fence.</summary>
    internal abstract string Release { get; }

    internal abstract string Doubt { get; }

    internal abstract string Renew { get; }

    internal abstract string ResolveWith { get; }

    internal abstract string ResolveWithout { get; }

    /// <summary>Deletes records past their retention and their last lease: the fence of their keys begins again.</summary>
    internal abstract string Sweep { get; }
}
