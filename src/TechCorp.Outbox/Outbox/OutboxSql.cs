using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>How a dialect writes to the outbox, and how it finds out whether a commit happened.</summary>
internal abstract class OutboxSql
{
    /// <summary>The columns that an event has in the outbox and among the parked ones.</summary>
    internal const string Columns = "id, part, key, key_seq, message_id, aggregate_type, aggregate_id, type, exchange, routing_key, content_type, "
        + "correlation_id, app_id, headers, payload, occurred_at";

    internal static OutboxSql For(OutboxDatabase database)
        => database.Dialect.Choose<OutboxSql>(() => new PostgreSqlOutboxSql(database.Schema), () => new SqliteOutboxSql(database.Schema));

    /// <summary>How many rows one insert statement takes.</summary>
    internal abstract int RowsPerInsert { get; }

    /// <summary>Inserts rows whose ids are new, also among the parked ones, after it has taken the locks.</summary>
    internal abstract Task<InsertResult> InsertAsync(
        DbTransaction? transaction, DbConnection connection, IReadOnlyList<OutboxRow> rows, int[] keyLocks, DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>The events with one of the ids, those in the outbox before parked ones.</summary>
    internal abstract string FindEvents { get; }

    /// <summary>Writes or reads what a lost commit is resolved by, for a transaction whose inserts gave no token; null when it has written nothing.</summary>
    internal abstract Task<string?> CommitTokenAsync(WriteTransaction write, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The outcome of the transaction with a token; null while it is still running.</summary>
    internal abstract Task<CommitOutcome?> ResolveAsync(DbConnection connection, string token, CancellationToken cancellationToken);

    /// <summary>Whether an error that came out of COMMIT is the server's word that nothing was committed.</summary>
    internal abstract bool IsRefusal(DbException exception);
}
