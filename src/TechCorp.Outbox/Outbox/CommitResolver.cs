namespace TechCorp.Outbox;

/// <summary>Finds out whether one transaction was committed.</summary>
internal sealed class CommitResolver(OutboxDatabase database, string token, TimeProvider timeProvider)
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly OutboxSql _sql = OutboxSql.For(database);
    private readonly long _lost = timeProvider.GetTimestamp();

    internal async Task<CommitOutcome> ResolveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            if (await _sql.ResolveAsync(connection, token, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                // On SQLite the mark of a commit is deleted after ten minutes: after that, its absence proves nothing.
                return outcome == CommitOutcome.NotCommitted && database.Dialect.HasOneWriter && timeProvider.GetElapsedTime(_lost) > Memory
                    ? CommitOutcome.Unknown
                    : outcome;
            }

            if (timeProvider.GetElapsedTime(start) >= ResolveTimeout)
            {
                return CommitOutcome.Unknown;
            }

            await Task.Delay(Interval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
