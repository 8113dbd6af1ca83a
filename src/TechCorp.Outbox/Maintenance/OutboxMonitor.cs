
namespace TechCorp.Outbox;

/// <summary>Reads the state of an outbox: for health checks, metrics and tests.</summary>
/// <remarks>Safe for concurrent use. One bounded statement a call.</remarks>
public sealed class OutboxMonitor(OutboxDatabase database, TimeProvider? timeProvider = null)
{
    /// <summary>What is counted up to, so that a question about a large backlog stays cheap.</summary>
    public const int CountLimit = 1_000_000;

    private readonly MaintenanceSql _sql = MaintenanceSql.For(database);
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;

    /// <summary>Counts pending and parked events and returns the age of the oldest pending one.</summary>
    public async Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var (pending, unroutable, parked, ageMs) = await connection.RowAsync<(long, long, long, long?)>(
            _sql.Status, new { now = database.Dialect.Time(_timeProvider.GetUtcNow()), limit = CountLimit }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return new OutboxStatus(pending, unroutable, parked, ageMs is { } age ? TimeSpan.FromMilliseconds(Math.Max(0, age)) : null);
    }
}
