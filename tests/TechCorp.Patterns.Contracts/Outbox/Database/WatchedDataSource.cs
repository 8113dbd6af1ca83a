using System.Data.Common;

namespace TechCorp.Patterns.Contracts;

/// <summary>A data source that the test listens to: it counts statements and can fail before or after a commit or a
/// statement, as a lost connection would.</summary>
internal sealed class WatchedDataSource(DbDataSource inner) : DbDataSource
{
    private int _statements;

    internal int Statements => _statements;

    /// <summary>Called with the text before each statement; what it throws is the connection's failure.</summary>
    internal Action<string> BeforeStatement { get; set; } = _ => { };

    /// <summary>Called before a connection is opened; what it throws is the server's absence.</summary>
    internal Action BeforeOpen { get; set; } = () => { };

    internal Action BeforeCommit { get; set; } = () => { };

    internal Action AfterCommit { get; set; } = () => { };

    public override string ConnectionString => inner.ConnectionString;

    internal void Note(string text)
    {
        Interlocked.Increment(ref _statements);
        BeforeStatement(text);
    }

    protected override DbConnection CreateDbConnection() => new WatchedConnection(this, inner.CreateConnection());
}
