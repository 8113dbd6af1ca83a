namespace TechCorp.Outbox;

/// <summary>The connection was lost while the commit was under way: it may have happened. <see cref="ResolveAsync"/> asks the database.</summary>
public sealed class CommitOutcomeUnknownException : Exception
{
    private readonly CommitResolver? _resolver;

    internal CommitOutcomeUnknownException(CommitResolver? resolver, Exception innerException)
        : base("The connection was lost during COMMIT; the transaction may have been committed. Ask ResolveAsync before doing the work again.", innerException)
            => _resolver = resolver;

    /// <summary>Asks the database, on a new connection, whether the transaction was committed; waits up to 30 s while it is still running.</summary>
    /// <remarks>SQLite remembers its commits for ten minutes; asked later, the answer may be <see cref="CommitOutcome.Unknown"/>.</remarks>
    /// <returns><see cref="CommitOutcome.Unknown"/> when it is still running after that, or so old that the server has forgotten it.</returns>
    /// <exception cref="System.Data.Common.DbException">The database cannot be reached; ask again later.</exception>
    public Task<CommitOutcome> ResolveAsync(CancellationToken cancellationToken = default)
        => _resolver?.ResolveAsync(cancellationToken) ?? Task.FromResult(CommitOutcome.NotCommitted);
}
