using System.Collections.Concurrent;
using System.Data.Common;
using System.Transactions;

namespace TechCorp.Outbox;

/// <summary>Whether a connection of a caller leads to the database of the outbox: what is written through another is read by nobody.</summary>
/// <remarks>Safe for concurrent use. A connection string is asked about once.</remarks>
internal sealed class DatabaseIdentity
{
    private readonly DbDataSource _source;
    private readonly SqlDialect _dialect;
    private readonly string _schema;
    private readonly ConcurrentDictionary<string, bool> _recognized = new(StringComparer.Ordinal);

    internal DatabaseIdentity(DbDataSource source, SqlDialect dialect, string schema)
    {
        (_source, _dialect, _schema) = (source, dialect, schema);
        // One of the outbox's own needs no question, and no second connection, for which a pool of one has no place.
        _recognized.TryAdd(source.ConnectionString, true);
    }

    /// <exception cref="InvalidOperationException">It leads to another; nothing was written.</exception>
    internal async ValueTask ConfirmAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var text = connection.ConnectionString;
        if (_recognized.ContainsKey(text))
        {
            return;
        }

        var theirs = await IdentifyAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        // A second connection in the caller's scope would make its commit one of two phases.
        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        await using var own = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var ours = await IdentifyAsync(own, null, cancellationToken).ConfigureAwait(false);
        if (theirs != ours)
        {
            throw new InvalidOperationException($"The transaction is one of the database '{theirs.Name}'; the outbox '{_schema}' is in '{ours.Name}'"
                + $"{(theirs.Name == ours.Name ? " of another server" : "")}. Nothing was written: begin the transaction on a connection to the outbox's "
                + "database, or use the outbox of the other one.");
        }

        _recognized.TryAdd(text, true);
    }

    private Task<(string Name, string Place)> IdentifyAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
        => connection.RowAsync<(string, string)>(_dialect.Identify, transaction: transaction, cancellationToken: cancellationToken);
}
