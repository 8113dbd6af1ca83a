namespace TechCorp.Outbox;

/// <summary>Finds out what became of one transaction.</summary>
internal sealed class CommitResolver(OutboxDatabase database, string token, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    internal async Task<CommitOutcome> ResolveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var start = time.GetTimestamp();
        while (true)
        {
            if (await database.Dialect.ResolveAsync(connection, database.Schema, token, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                return outcome;
            }

            if (time.GetElapsedTime(start) >= Patience)
            {
                return CommitOutcome.Unknown;
            }

            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
