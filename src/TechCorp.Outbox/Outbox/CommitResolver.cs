namespace TechCorp.Outbox;

/// <summary>Finds out what became of one transaction.</summary>
internal sealed class CommitResolver(OutboxDatabase database, string token, TimeProvider timeProvider)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _lost = timeProvider.GetTimestamp();

    internal async Task<CommitOutcome> ResolveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            if (await database.Dialect.ResolveAsync(connection, database.Schema, token, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                // On SQLite the mark of a commit is cleared away after ten minutes: that it is missing proves nothing then.
                return outcome == CommitOutcome.NotCommitted && database.Dialect.HasOneWriter && timeProvider.GetElapsedTime(_lost) > Memory ? CommitOutcome.Unknown : outcome;
            }

            if (timeProvider.GetElapsedTime(start) >= Patience)
            {
                return CommitOutcome.Unknown;
            }

            await Task.Delay(Interval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
