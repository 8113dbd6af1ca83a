using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>One transaction with its connection: business writes and events that commit together or not at all.</summary>
/// <remarks>
/// One caller at a time. Events are checked by <c>Publish</c>, written at <see cref="CommitAsync"/>, and published after it, at least once.
/// Disposing without a commit rolls back. On SQLite it holds the writer slot of the process: keep it short, and end it before the next begins.
/// </remarks>
public sealed class OutboxUnitOfWork : IAsyncDisposable
{
    private readonly TransactionalOutbox _outbox;
    private readonly WriteTransaction _write;
    private readonly List<OutboxRow> _rows = [];
    private bool _ended;

    internal OutboxUnitOfWork(TransactionalOutbox outbox, WriteTransaction write)
    {
        _outbox = outbox;
        _write = write;
    }

    /// <summary>The connection; pass it to Dapper together with <see cref="Transaction"/>.</summary>
    public DbConnection Connection => _write.Connection;

    /// <summary>The transaction. Do not end it yourself.</summary>
    public DbTransaction Transaction => _write.Transaction;

    /// <summary>Publishes an event whose type the catalog knows with the commit.</summary>
    /// <param name="payload">The payload; serialized at once.</param>
    /// <param name="destination">Where it is published. Default: the destination registered for the type.</param>
    /// <param name="aggregateType">What kind of thing it is about: <c>Order</c>.</param>
    /// <param name="aggregateId">Which one; events of one thing are published in commit order.</param>
    /// <param name="options">Message id (a UUID), correlation id, headers, priority, expiration and delay; no others. A delay begins when the
    /// relay publishes.</param>
    /// <exception cref="InvalidOperationException">The unit of work has ended; or the type is not in the catalog, or has no
    /// destination and none was given.</exception>
    /// <exception cref="ArgumentException">The payload cannot be serialized in full or is too large, or an option is out of its range.</exception>
    public void Publish<T>(T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null)
        where T : notnull
        => Publish(_outbox.ToMessage(payload, destination, aggregateType, aggregateId, options));

    /// <summary>Publishes a serialized event with the commit.</summary>
    /// <exception cref="InvalidOperationException">The unit of work has ended.</exception>
    /// <exception cref="ArgumentException">The message breaks a limit or has an id that is no UUID.</exception>
    public void Publish(OutboxMessage message)
    {
        ThrowIfEnded();
        _rows.Add(_outbox.ToRow(message));
    }

    /// <summary>Writes the events, commits, and wakes the relay.</summary>
    /// <param name="cancellationToken">Observed until COMMIT is sent, not after.</param>
    /// <exception cref="CommitOutcomeUnknownException">The connection was lost during COMMIT; ask it for the outcome.</exception>
    /// <exception cref="InvalidOperationException">The unit of work has ended, its transaction has failed earlier, or an event's
    /// id exists with another payload.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        _ended = true;
        var token = await _outbox.WriteAsync(_write, _rows, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await _write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not DbException refused || !_outbox.IsRefusal(refused))
        {
            // The broken connection goes first: on SQLite it holds the writer slot that resolving needs.
            await _write.CloseAsync().ConfigureAwait(false);
            throw new CommitOutcomeUnknownException(token is null ? null : new CommitResolver(_outbox.Database, token, _outbox.TimeProvider), exception);
        }

        if (_rows.Count > 0)
        {
            _outbox.Wake();
        }

        await _write.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Rolls back unless committed, and closes the connection.</summary>
    public ValueTask DisposeAsync()
    {
        _ended = true;
        return _write.DisposeAsync();
    }

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException("The unit of work has been committed or rolled back; begin another.");
        }
    }
}
