using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The outbox of one database: begins units of work and publishes in transactions of others; a relay sends what they commit. The root of this package
/// where there is no container.</summary>
/// <remarks>
/// What is committed is published at least once, in commit order per key; what is rolled back never. Safe for concurrent use.
/// <code>
/// await using var outbox = TransactionalOutbox.Create(database, publisher.Catalog);
/// await using var work = await outbox.BeginAsync();
/// await work.Connection.ExecuteAsync("insert into orders …", order, work.Transaction);
/// work.Publish(new OrderCreated(order.Id), aggregateType: "Order", aggregateId: order.Id);
/// await work.CommitAsync();
/// </code>
/// </remarks>
public sealed class TransactionalOutbox : IOutbox, IAsyncDisposable
{
    private readonly OutboxRowFactory _factory;
    private readonly OutboxWriter _writer;
    private readonly List<IAsyncDisposable> _owned = []; // guarded by itself

    private TransactionalOutbox(OutboxDatabase database, MessageCatalog catalog, OutboxOptions options, TimeProvider timeProvider)
    {
        Database = database;
        Catalog = catalog;
        TimeProvider = timeProvider;
        _factory = new OutboxRowFactory(options);
        _writer = new OutboxWriter(database, timeProvider);
    }

    /// <inheritdoc/>
    public MessageCatalog Catalog { get; }

    /// <summary>The database it writes to.</summary>
    public OutboxDatabase Database { get; }

    internal TimeProvider TimeProvider { get; }

    internal WakeSignal Signal { get; } = new();

    /// <summary>Makes an outbox. Nothing is opened; <see cref="SchemaMigrator"/> makes the tables.</summary>
    /// <param name="database">The service's database.</param>
    /// <param name="catalog">The message types that can be published by their CLR type.</param>
    /// <param name="options">Limits; copied. Default: those of <see cref="OutboxOptions"/>.</param>
    /// <param name="timeProvider">The clock of the rows on SQLite. Default: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TransactionalOutbox Create(OutboxDatabase database, MessageCatalog catalog, OutboxOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(catalog);
        return new TransactionalOutbox(database, catalog, (options ?? new OutboxOptions()).Copy(), timeProvider ?? TimeProvider.System);
    }

    /// <summary>Opens a connection and begins a transaction: business writes and events in it commit together.</summary>
    /// <param name="isolationLevel">On PostgreSQL; default: READ COMMITTED. SQLite always takes the write lock at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">SQLite: another transaction of this process has held the database for 30 s.</exception>
    public async Task<OutboxUnitOfWork> BeginAsync(IsolationLevel isolationLevel = IsolationLevel.Unspecified, CancellationToken cancellationToken = default)
        => new(this, await Database.BeginWriteAsync(isolationLevel, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public Task PublishAsync(DbTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return _writer.WriteAsync(transaction, ToRows(messages), cancellationToken);
    }

    /// <inheritdoc/>
    public Task PublishAsync<T>(DbTransaction transaction, T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull
        => PublishAsync(transaction, [this.ToMessage(payload, destination, aggregateType, aggregateId, options)], cancellationToken);

    /// <summary>Publishes events if the ambient <see cref="System.Transactions.Transaction"/> commits: writes them into it through a connection that takes part
    /// in it. PostgreSQL only. Wakes the relay after the commit.</summary>
    /// <param name="connection">An open connection to the database of this outbox; it is enlisted if it is not yet.</param>
    /// <param name="messages">The events, in the order in which they are published per key.</param>
    /// <param name="cancellationToken">Ends the wait; the ambient transaction is then the caller's to roll back.</param>
    /// <exception cref="InvalidOperationException">There is no ambient transaction, or the database is SQLite, whose driver would commit at once.</exception>
    /// <exception cref="ArgumentException">A message breaks a limit or has an id that is no UUID; nothing was written.</exception>
    public async Task PublishAsync(DbConnection connection, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var rows = ToRows(messages);
        var ambient = System.Transactions.Transaction.Current
            ?? throw new InvalidOperationException("There is no ambient transaction: open a TransactionScope (with "
            + "AsyncFlowOption.Enabled), or pass a DbTransaction.");
        await _writer.WriteAsync(connection, ambient, rows, cancellationToken).ConfigureAwait(false);
        ambient.TransactionCompleted += (_, e) =>
        {
            if (e.Transaction?.TransactionInformation.Status == System.Transactions.TransactionStatus.Committed)
            {
                Wake();
            }
        };
    }

    /// <inheritdoc/>
    public void Wake() => Signal.Wake();

    /// <summary>Stops the relays that were started for this outbox.</summary>
    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] owned;
        lock (_owned)
        {
            owned = [.. _owned];
            _owned.Clear();
        }

        foreach (var disposable in owned)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Disposes something together with this outbox: a relay, which lives above it.</summary>
    internal void Own(IAsyncDisposable disposable)
    {
        lock (_owned)
        {
            _owned.Add(disposable);
        }
    }

    /// <summary>Whether an error that came out of COMMIT says that nothing was committed.</summary>
    internal bool IsRefusal(DbException exception) => _writer.IsRefusal(exception);

    /// <summary>Checks a message and makes the row of it.</summary>
    internal OutboxRow ToRow(OutboxMessage message) => _factory.Create(message);

    /// <summary>Refuses now what would be refused when it is written.</summary>
    internal void Check(OutboxMessage message) => _factory.Check(message);

    internal Task<string?> WriteAsync(WriteTransaction write, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
        => _writer.WriteAsync(write, rows, cancellationToken);

    private OutboxRow[] ToRows(IReadOnlyList<OutboxMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return [.. messages.Select(_factory.Create)];
    }
}
