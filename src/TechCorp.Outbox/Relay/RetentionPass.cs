
namespace TechCorp.Outbox;

/// <summary>Deletes sent rows that were kept long enough, in bounded steps; also those kept under an earlier setting. Unsent and
/// parked rows are never touched.</summary>
internal sealed class RetentionPass(OutboxDatabase database, TimeSpan retention, TimeProvider timeProvider)
{
    private const int Limit = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly RelaySql _sql = RelaySql.For(database);
    private long _ranAt = timeProvider.GetTimestamp();

    internal async Task RunIfDueAsync(CancellationToken cancellationToken)
    {
        if (timeProvider.GetElapsedTime(_ranAt) < Interval)
        {
            return;
        }

        // Noted first: a failure waits for the next run, and the relay continues.
        var due = _ranAt;
        _ranAt = timeProvider.GetTimestamp();
        if (await RunAsync(cancellationToken).ConfigureAwait(false) >= Limit)
        {
            // A full step means that there is more: the next run continues.
            _ranAt = due;
        }
    }

    /// <returns>How many rows were deleted.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var parameters = new
        {
            now = database.Dialect.Time(timeProvider.GetUtcNow()),
            retention = (long)(retention > TimeSpan.Zero ? retention : TimeSpan.FromHours(1)).TotalMilliseconds,
            limit = Limit,
        };
        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.RunAsync(_sql.PurgeSent, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }
}
