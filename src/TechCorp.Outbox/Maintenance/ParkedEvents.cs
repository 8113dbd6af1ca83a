using Dapper;

namespace TechCorp.Outbox;

/// <summary>Looks at parked events, sends them back to the outbox, or throws them away.</summary>
/// <remarks>Safe for concurrent use, and while relays run. A redriven event takes its old place: before newer events of its key.</remarks>
public sealed class ParkedEvents(TransactionalOutbox outbox)
{
    private OutboxDatabase Database => outbox.Database;

    /// <summary>Parked events, oldest first.</summary>
    /// <param name="limit">At most so many. Default: 100.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<ParkedEvent>> ListAsync(int limit = 100, CancellationToken cancellationToken = default)
    {
        await using var connection = await Database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var found = await connection.QueryAsync<ParkedRecord>(new CommandDefinition(Database.Dialect.ListParked(Database.Schema), new { limit }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return [.. found.Select(record => record.ToEvent())];
    }

    /// <summary>Sends an event back to the outbox, with all parked events of its key where the key waits.</summary>
    /// <returns>How many events went back; 0 when it is not parked.</returns>
    public Task<int> RedriveAsync(Guid messageId, CancellationToken cancellationToken = default)
        => RunAsync(Database.Dialect.Redrive(Database.Schema), new { id = messageId.ToString(), reason = (string?)null, limit = 10_000 }, cancellationToken);

    /// <summary>Sends all events parked for a reason back to the outbox.</summary>
    /// <param name="reason">One of <see cref="ParkReason"/>.</param>
    /// <param name="limit">At most so many. Default: 10000.</param>
    /// <param name="cancellationToken">Ends the wait; all or nothing has been done.</param>
    /// <returns>How many events went back.</returns>
    public Task<int> RedriveAllAsync(string reason, int limit = 10_000, CancellationToken cancellationToken = default)
        => RunAsync(Database.Dialect.Redrive(Database.Schema), new { id = (string?)null, reason, limit }, cancellationToken);

    /// <summary>Throws an event away. Later events of its key go on once no other event of the key is parked.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> DiscardAsync(Guid messageId, CancellationToken cancellationToken = default)
        => await RunAsync(Database.Dialect.Discard(Database.Schema), new { id = messageId.ToString() }, cancellationToken).ConfigureAwait(false) > 0;

    private async Task<int> RunAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var write = await Database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.Connection.ExecuteScalarAsync<int>(new CommandDefinition(sql, parameters, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        outbox.Wake();
        return count;
    }
}
