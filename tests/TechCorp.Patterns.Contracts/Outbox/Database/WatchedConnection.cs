using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Patterns.Contracts;

/// <summary>A connection of <see cref="WatchedDataSource"/>.</summary>
internal sealed class WatchedConnection(WatchedDataSource watch, DbConnection inner) : DbConnection
{
    internal WatchedDataSource Watch => watch;

    internal DbConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Close() => inner.Close();

    public override void Open()
    {
        watch.BeforeOpen();
        inner.Open();
    }

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        watch.BeforeOpen();
        await inner.OpenAsync(cancellationToken);
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new WatchedTransaction(this, inner.BeginTransaction(isolationLevel));

    protected override DbCommand CreateDbCommand() => new WatchedCommand(this, inner.CreateCommand());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
