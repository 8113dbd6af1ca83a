
namespace TechCorp.Outbox;

/// <summary>Deletes marks of messages that can no longer come again.</summary>
internal sealed class InboxRetention(OutboxDatabase database, TimeProvider timeProvider)
{
    private readonly string _sql = InboxSql.For(database).Purge;

    /// <returns>How many went; fewer than the limit means that none is left.</returns>
    internal async Task<int> RunAsync(TimeSpan retention, int limit, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var row = new { Retention = (long)retention.TotalMilliseconds, Limit = limit, Now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds() };
        var count = await write.RunAsync(_sql, row, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }
}
