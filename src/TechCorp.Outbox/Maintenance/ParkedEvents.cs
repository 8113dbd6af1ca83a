
namespace TechCorp.Outbox;

/// <summary>Lists parked events, redrives them to the outbox, or discards them.</summary>
/// <remarks>Safe for concurrent use, and while relays run. A redriven event keeps its place in the order: before newer events of its key.</remarks>
public sealed class ParkedEvents(TransactionalOutbox outbox)
{
    private readonly MaintenanceSql _sql = MaintenanceSql.For(outbox.Database);

    private OutboxDatabase Database => outbox.Database;

    /// <summary>Parked events, oldest first.</summary>
    /// <param name="limit">At most so many. Default: 100.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<ParkedEvent>> ListAsync(int limit = 100, CancellationToken cancellationToken = default)
    {
        await using var connection = await Database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var found = await connection.RowsAsync<ParkedRecord>(_sql.ListParked, new { limit }, cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. found.Select(record => record.ToEvent())];
    }

    /// <summary>Redrives an event to the outbox, with all parked events of its key where the key waits.</summary>
    /// <returns>How many events were redriven; 0 when it is not parked.</returns>
    public Task<int> RedriveAsync(Guid messageId, CancellationToken cancellationToken = default)
        => RunAsync(_sql.Redrive, new { id = messageId.ToString(), reason = (string?)null, limit = 10_000 }, cancellationToken);

    /// <summary>Redrives all events parked for a reason to the outbox.</summary>
    /// <param name="reason">Why they were parked; not <see cref="ParkReason.Unknown"/>.</param>
    /// <param name="limit">At most so many. Default: 10000.</param>
    /// <param name="cancellationToken">Ends the wait; all or nothing has been done.</param>
    /// <returns>How many events were redriven.</returns>
    public Task<int> RedriveAllAsync(ParkReason reason, int limit = 10_000, CancellationToken cancellationToken = default)
        => RunAsync(_sql.Redrive, new { id = (string?)null, reason = reason.ToString(), limit }, cancellationToken);

    /// <summary>Discards an event. Later events of its key are published once no other event of the key is parked.</summary>
    /// <returns>Whether it was parked.</returns>
    public async Task<bool> DiscardAsync(Guid messageId, CancellationToken cancellationToken = default)
        => await RunAsync(_sql.Discard, new { id = messageId.ToString() }, cancellationToken).ConfigureAwait(false) > 0;

    private async Task<int> RunAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var write = await Database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.ScalarAsync<int>(sql, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        outbox.Wake();
        return count;
    }
}
