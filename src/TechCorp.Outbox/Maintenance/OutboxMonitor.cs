
namespace TechCorp.Outbox;

/// <summary>Reads the state of an outbox: for health checks, metrics and tests.</summary>
/// <remarks>Safe for concurrent use. One bounded statement a call.</remarks>
public sealed class OutboxMonitor
{
    /// <summary>What is counted up to, so that a question about a large backlog stays cheap.</summary>
    public const int CountLimit = 1_000_000;

    private readonly OutboxDatabase _database;
    private readonly MaintenanceSql _sql;
    private readonly TimeProvider _timeProvider;

    /// <summary>A monitor of the outbox in a database.</summary>
    /// <param name="database">Where the tables live.</param>
    /// <param name="timeProvider">The clock of the rows on SQLite. Default: the system's.</param>
    public OutboxMonitor(OutboxDatabase database, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _sql = MaintenanceSql.For(database);
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Counts pending and parked events and returns the age of the oldest pending one.</summary>
    public async Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenTablesAsync(cancellationToken).ConfigureAwait(false);
        var parameters = new { now = _database.Dialect.Time(_timeProvider.GetUtcNow()), limit = CountLimit };
        var (pending, unroutable, parked, ageMs) = await connection
            .RowAsync<(long, long, long, long?)>(_sql.Status, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new OutboxStatus(pending, unroutable, parked, ageMs is { } age ? TimeSpan.FromMilliseconds(Math.Max(0, age)) : null);
    }
}
