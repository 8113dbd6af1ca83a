using System.Data;
using System.Data.Common;
using System.Diagnostics;

namespace TechCorp.Outbox;

/// <summary>A service's own database: where outbox, inbox, idempotency records and sagas live beside its business tables.</summary>
/// <remarks>Safe for concurrent use. Does not own the data source: the caller disposes it.</remarks>
[DebuggerDisplay("{Dialect.Name,nq} {Schema,nq}")]
public sealed class OutboxDatabase
{
    private readonly DatabaseIdentity _identity;
    private volatile bool _isDialectConfirmed;
    private volatile bool _awaitsHost; // a container has it, and no host has started with it
    private volatile bool _hostHasStarted;

    /// <summary>Names the database, its dialect and where our tables live.</summary>
    /// <param name="dataSource">From the driver: <c>NpgsqlDataSource.Create(…)</c>, <c>SqliteFactory.Instance.CreateDataSource(…)</c>.</param>
    /// <param name="dialect"><see cref="SqlDialect.PostgreSql"/> or <see cref="SqlDialect.Sqlite"/>; never guessed.</param>
    /// <param name="schema">The schema of our tables on PostgreSQL, the prefix of their names on SQLite. At most 40 characters of <c>a-z</c>, <c>0-9</c> and
    /// <c>_</c>, the first of <c>a-z</c>. Default: <c>techcorp</c>.</param>
    /// <exception cref="ArgumentException">The schema is no plain name, or one that the database keeps for itself; or the data source is a database in the
    /// memory of one connection.</exception>
    public OutboxDatabase(DbDataSource dataSource, SqlDialect dialect, string schema = "techcorp")
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        if (schema.Length > 40 || !char.IsAsciiLetterLower(schema[0]) || !schema.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            throw new ArgumentException($"A schema has at most 40 characters of a-z, 0-9 and _, the first of a-z; it is '{schema}'.", nameof(schema));
        }

        if (dialect.WhyNoSchema(schema) is { } problem)
        {
            throw new ArgumentException($"'{schema}' cannot be the schema: {problem}.", nameof(schema));
        }

        if (dialect.WhyNoSource(dataSource) is { } reason)
        {
            throw new ArgumentException($"An outbox cannot be in this database: {reason}.", nameof(dataSource));
        }

        DataSource = dataSource;
        Dialect = dialect;
        Schema = schema;
        _identity = new DatabaseIdentity(dataSource, dialect, schema);
    }

    /// <summary>Where connections come from.</summary>
    public DbDataSource DataSource { get; }

    /// <summary>The dialect spoken to it.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>The schema (PostgreSQL) or the prefix (SQLite) of our tables.</summary>
    public string Schema { get; }

    /// <summary>Opens a connection with the settings that the guarantees need (SQLite: WAL, synchronous FULL, busy timeout, foreign keys).</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken = default)
    {
        var connection = await DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ConfirmDialectAsync(connection, null, cancellationToken).ConfigureAwait(false);
            await Dialect.PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The full name of one of our tables, ready for SQL text: <c>techcorp.outbox</c>, <c>techcorp_outbox</c>.</summary>
    internal string Table(string name) => Dialect.Table(Schema, name);

    /// <summary>A container has this database: its tables are used only after the host's start, which creates or checks them.</summary>
    internal void AwaitHost() => _awaitsHost = !_hostHasStarted;

    /// <summary>The tables have been created or checked.</summary>
    /// <param name="byHost">Whether by a host's start: then no further container waits.</param>
    internal void TablesAreReady(bool byHost)
    {
        _hostHasStarted |= byHost;
        _awaitsHost = false;
    }

    /// <exception cref="InvalidOperationException">The host has not started yet.</exception>
    internal void ThrowIfAwaitingHost()
    {
        if (_awaitsHost)
        {
            throw new InvalidOperationException($"The outbox '{Schema}' cannot be used yet: it starts with the host, which creates or checks its tables. Start "
                + "the host first (await host.StartAsync()), or use it in the StartAsync of a hosted service, in a handler or in a request.");
        }
    }

    /// <summary>Opens a connection to read our tables.</summary>
    /// <exception cref="InvalidOperationException">The host has not started yet.</exception>
    internal Task<DbConnection> OpenTablesAsync(CancellationToken cancellationToken)
    {
        ThrowIfAwaitingHost();
        return OpenAsync(cancellationToken);
    }

    /// <summary>Begins a transaction that may write: PostgreSQL: READ COMMITTED by default. SQLite: BEGIN IMMEDIATE, in the order of the callers.</summary>
    /// <exception cref="TimeoutException">SQLite: the database was not free within 30 s.</exception>
    /// <exception cref="InvalidOperationException">The host has not started yet.</exception>
    internal Task<WriteTransaction> BeginWriteAsync(IsolationLevel isolation = IsolationLevel.Unspecified, CancellationToken cancellationToken = default)
    {
        ThrowIfAwaitingHost();
        return BeginMigrationAsync(isolation, cancellationToken);
    }

    /// <summary>As <see cref="BeginWriteAsync(IsolationLevel, CancellationToken)"/>, also before the host's start: for what creates the tables.</summary>
    internal async Task<WriteTransaction> BeginMigrationAsync(IsolationLevel isolation = IsolationLevel.Unspecified,
        CancellationToken cancellationToken = default)
    {
        if (!Dialect.HasOneWriter)
        {
            return await BeginWriteAsync(isolation, slot: null, cancellationToken).ConfigureAwait(false);
        }

        // SQLite's driver waits for another process's transaction on the calling thread, up to 30 s, and looks at no token.
        // It may hold a thread, but not the caller.
        var slot = await WriterQueue.Of(DataSource).TakeSlotAsync(cancellationToken).ConfigureAwait(false);
        var begin = Task.Run(() => BeginWriteAsync(isolation, slot, CancellationToken.None), CancellationToken.None);
        try
        {
            return await begin.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = EndLateAsync(begin);
            throw;
        }
    }

    private async Task<WriteTransaction> BeginWriteAsync(IsolationLevel isolation, WriterSlot? slot, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var transaction = await connection.BeginTransactionAsync(Dialect.Isolation(isolation), cancellationToken).ConfigureAwait(false);
                return new WriteTransaction(connection, transaction, slot);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            slot?.Dispose();
            throw;
        }
    }

    /// <summary>Ends a transaction whose caller has gone before it began.</summary>
    private static async Task EndLateAsync(Task<WriteTransaction> begin)
    {
        try
        {
            await using var late = await begin.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It did not begin, and its caller has its cancellation.
        }
    }

    /// <summary>Looks, before a statement is sent in a caller's transaction, whether it is one of this database.</summary>
    /// <exception cref="InvalidOperationException">It is one of another database, or of one that speaks another dialect; or the host has not started
    /// yet.</exception>
    internal async ValueTask ThrowIfOtherDatabaseAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        ThrowIfAwaitingHost();
        await ConfirmDialectAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        await _identity.ConfirmAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ConfirmDialectAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (_isDialectConfirmed)
        {
            return;
        }

        var actual = await SqlDialect.OfAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        _isDialectConfirmed = actual == Dialect
            ? true
            : throw new InvalidOperationException($"The outbox '{Schema}' cannot be used: this is a {actual} database; UseDatabase says {Dialect}. Give "
            + $"OutboxDatabase the data source of a {Dialect} database, or "
            + $"SqlDialect.{actual.Choose(() => nameof(SqlDialect.PostgreSql), () => nameof(SqlDialect.Sqlite))}.");
    }
}
