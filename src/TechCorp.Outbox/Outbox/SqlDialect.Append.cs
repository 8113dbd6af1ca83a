using System.Data.Common;

namespace TechCorp.Outbox;

/// <content>What the outbox says when it is written to.</content>
public abstract partial class SqlDialect
{
    /// <summary>How many rows one insert statement takes.</summary>
    internal abstract int RowsPerInsert { get; }

    /// <summary>Inserts rows whose ids are new, after it has taken the locks.</summary>
    internal abstract Task<AppendResult> InsertAsync(
        DbTransaction? transaction, DbConnection connection, string schema, IReadOnlyList<OutboxRow> rows, int[] keyLocks, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Which of the ids are there, and their payloads.</summary>
    internal abstract string FindPayloads(string schema);

    /// <summary>A list as one parameter of a statement.</summary>
    internal abstract object List(IReadOnlyList<string> values);

    /// <summary>Writes or reads what a lost commit is resolved by, for a transaction whose inserts gave no token; null when it has written nothing.</summary>
    internal abstract Task<string?> CommitTokenAsync(WriteTransaction write, string schema, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>What became of the transaction with a token; null while it is still running.</summary>
    internal abstract Task<CommitOutcome?> ResolveAsync(DbConnection connection, string schema, string token, CancellationToken cancellationToken);

    /// <summary>Whether an error that came out of COMMIT is the server's word that nothing was committed.</summary>
    internal abstract bool IsRefusal(DbException error);
}
