
namespace TechCorp.Outbox;

/// <summary>Lists parked events, redrives them to the outbox, or discards them.</summary>
/// <remarks>Safe for concurrent use, and while relays run. A redriven event keeps its place in the order: before newer events of its key.</remarks>
public sealed class ParkedEvents
{
    private readonly TransactionalOutbox _outbox;
    private readonly MaintenanceSql _sql;

    /// <summary>The parked events of an outbox.</summary>
    /// <param name="outbox">The outbox; its relay is woken by a redrive.</param>
    public ParkedEvents(TransactionalOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        _outbox = outbox;
        _sql = MaintenanceSql.For(outbox.Database);
    }

    private OutboxDatabase Database => _outbox.Database;

    /// <summary>Parked events, oldest first.</summary>
    /// <param name="limit">The most to return, at least 1. Default: 100.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    public async Task<IReadOnlyList<ParkedEvent>> ListAsync(int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var connection = await Database.OpenTablesAsync(cancellationToken).ConfigureAwait(false);
        var found = await connection.RowsAsync<ParkedRecord>(_sql.ListParked, new { limit }, cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. found.Select(record => record.ToEvent())];
    }

    /// <summary>Redrives an event to the outbox, with all parked events of its key where the key waits.</summary>
    /// <returns>How many events were redriven; 0 when it is not parked.</returns>
    public Task<int> RedriveAsync(Guid messageId, CancellationToken cancellationToken = default)
        => RunAsync(_sql.Redrive, new { id = messageId.ToString(), reason = (string?)null, limit = 10_000 }, cancellationToken);

    /// <summary>Redrives all events parked for a reason to the outbox.</summary>
    /// <param name="reason">Why they were parked; not <see cref="ParkReason.Unknown"/>.</param>
    /// <param name="limit">The most to redrive, at least 1; the rest of a key that waits comes with it. Default: 10000.</param>
    /// <param name="cancellationToken">Ends the wait; either all or none of them were redriven.</param>
    /// <returns>How many events were redriven.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The reason is <see cref="ParkReason.Unknown"/>, or the limit is less than 1.</exception>
    public Task<int> RedriveAllAsync(ParkReason reason, int limit = 10_000, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(reason, ParkReason.Unknown);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return RunAsync(_sql.Redrive, new { id = (string?)null, reason = reason.ToString(), limit }, cancellationToken);
    }

    /// <summary>Discards an event. Later events of its key are published once no other event of the key is parked.</summary>
    /// <returns>Whether it was parked.</returns>
    public async Task<bool> DiscardAsync(Guid messageId, CancellationToken cancellationToken = default)
        => await RunAsync(_sql.Discard, new { id = messageId.ToString(), reason = (string?)null }, cancellationToken).ConfigureAwait(false) > 0;

    private async Task<int> RunAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var write = await Database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.ScalarAsync<int>(_sql.LockKeys, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.ScalarAsync<int>(sql, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        _outbox.Wake();
        return count;
    }
}
