using Dapper;

namespace TechCorp.Outbox;

/// <content>What does not change an instance that somebody runs.</content>
internal sealed partial class SagaStore
{
    internal Task<SagaSnapshot?> FindAsync(string name, string businessKey, CancellationToken cancellationToken)
        => SnapshotAsync(_sql.FindByKey, new { Name = name, BusinessKey = businessKey, Now }, cancellationToken);

    internal Task<SagaSnapshot?> FindAsync(Guid id, CancellationToken cancellationToken) => SnapshotAsync(_sql.FindById, new { Id = id.ToString(), Now }, cancellationToken);

    internal async Task<IReadOnlyList<SagaSnapshot>> ListAsync(SagaStatus status, int limit, CancellationToken cancellationToken)
        => await SnapshotsAsync(_sql.FindByStatus, new { Status = status.ToString(), Limit = limit, Now }, cancellationToken).ConfigureAwait(false);

    /// <summary>The id of the instance that a business key has, seen from inside a transaction.</summary>
    internal async Task<Guid> IdOfAsync(System.Data.Common.DbTransaction transaction, string name, string businessKey, CancellationToken cancellationToken)
    {
        var row = await Connection(transaction).QuerySingleAsync<SagaRow>(new CommandDefinition(
            _sql.FindByKey, new { Name = name, BusinessKey = businessKey, Now }, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return Guid.Parse(row.Id);
    }

    /// <summary>Which of the instances that this process started are there, and still its own.</summary>
    internal async Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var found = await connection.QueryAsync<string>(new CommandDefinition(
            _sql.FindOwn, new { Ids = Texts(ids), Owner = owner, Limit = ids.Count }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return found.Select(Guid.Parse).ToHashSet();
    }

    /// <summary>How long until something known here is due; null when nothing is.</summary>
    internal async Task<TimeSpan?> UntilDueAsync(SagaTypes types, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var milliseconds = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(_sql.UntilDue, new { types.Graphs, Now }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return milliseconds is { } span ? TimeSpan.FromMilliseconds(span) : null;
    }

    /// <summary>Marks what has been due for long without anybody who knows it. Nothing is undone because code is missing; who knows it takes it up all the same.</summary>
    internal async Task<IReadOnlyList<SagaRow>> SuspendUnknownAsync(SagaTypes types, int limit, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var rows = (await write.Connection.QueryAsync<SagaRow>(new CommandDefinition(
            _sql.Suspend, new { types.Graphs, Grace = (long)options.SuspendAfter.TotalMilliseconds, Limit = limit, Now }, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return rows;
    }

    /// <summary>Deletes ended sagas past their retention; returns how many rows went, so fewer than the limit means that none is left.</summary>
    internal async Task<int> PurgeAsync(TimeSpan retention, int limit, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var rows = await write.Connection.ExecuteAsync(new CommandDefinition(
            _sql.Purge, new { Retention = (long)retention.TotalMilliseconds, Limit = limit, Now }, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return rows;
    }

    private async Task<SagaSnapshot?> SnapshotAsync(string sql, object parameters, CancellationToken cancellationToken)
        => (await SnapshotsAsync(sql, parameters, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    private async Task<IReadOnlyList<SagaSnapshot>> SnapshotsAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var rows = (await connection.QueryAsync<SagaRow>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();
        if (rows.Count == 0)
        {
            return [];
        }

        var steps = (await connection.QueryAsync<SagaStepRow>(new CommandDefinition(
            _sql.Steps, new { Ids = rows.Select(r => r.Id).ToArray() }, cancellationToken: cancellationToken)).ConfigureAwait(false)).ToLookup(s => s.SagaId, StringComparer.Ordinal);
        return [.. rows.Select(r => r.Snapshot(steps[r.Id]))];
    }
}
