using Dapper;

namespace TechCorp.Outbox;

/// <summary>Deletes sent rows that were kept long enough, in bounded steps; those too that were kept before a change to deleting at once. Unsent and parked rows are never touched.</summary>
internal sealed class RetentionPass(OutboxDatabase database, TimeSpan? retention, TimeProvider timeProvider)
{
    private const int Limit = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private long _ranAt = timeProvider.GetTimestamp();

    internal async Task RunIfDueAsync(CancellationToken cancellationToken)
    {
        if (timeProvider.GetElapsedTime(_ranAt) < Interval)
        {
            return;
        }

        // Noted first: what fails here waits for its next turn, and the relay goes on.
        var due = _ranAt;
        _ranAt = timeProvider.GetTimestamp();
        if (await RunAsync(cancellationToken).ConfigureAwait(false) >= Limit)
        {
            // A full step means that there is more: the next turn goes on.
            _ranAt = due;
        }
    }

    /// <returns>How many rows were deleted.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var parameters = new { now = database.Dialect.Time(timeProvider.GetUtcNow()), retention = (long)(retention ?? TimeSpan.FromHours(1)).TotalMilliseconds, limit = Limit };
        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.Connection.ExecuteAsync(new CommandDefinition(database.Dialect.PurgeSent(database.Schema), parameters, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }
}
