using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Asks the database whether a relay could mark what it has published.</summary>
internal static class WriteProbe
{
    /// <exception cref="InvalidOperationException">It could not: says why, and what to do.</exception>
    internal static async Task CheckAsync(OutboxDatabase database, CancellationToken cancellationToken)
    {
        string? obstacle;
        try
        {
            await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            obstacle = await write.ScalarAsync<string?>(RelaySql.For(database).FindObstacle, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception) when (database.Dialect.HasOneWriter && exception.Message.Contains("readonly", StringComparison.Ordinal))
        {
            obstacle = "its file is opened for reading only";
        }

        if (obstacle is not null)
        {
            throw new InvalidOperationException($"The relay of '{database.Schema}' does not start, because it could not mark what it has published and would "
                + $"publish it again and again: {obstacle}. Connect it to a server that may write (the primary), with a role that has the named privileges on "
                + "the outbox's tables; or let this process run no relay.");
        }
    }
}
