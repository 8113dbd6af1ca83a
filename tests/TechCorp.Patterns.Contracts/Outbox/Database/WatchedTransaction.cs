using System.Data;
using System.Data.Common;

namespace TechCorp.Patterns.Contracts;

/// <summary>A transaction of <see cref="WatchedDataSource"/>.</summary>
internal sealed class WatchedTransaction(WatchedConnection connection, DbTransaction inner) : DbTransaction
{
    internal DbTransaction Inner => inner;

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection? DbConnection => inner.Connection is null ? null : connection;

    public override void Commit()
    {
        connection.Watch.BeforeCommit();
        inner.Commit();
        connection.Watch.AfterCommit();
    }

    public override void Rollback() => inner.Rollback();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
