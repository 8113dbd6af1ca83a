
namespace TechCorp.Outbox;

/// <summary>Reads sagas for status endpoints and operators.</summary>
/// <remarks>Safe for concurrent use. Changes nothing.</remarks>
internal sealed class SagaQueries(OutboxDatabase database, TimeProvider timeProvider)
{
    private readonly SagaSql _sql = SagaSql.For(database);

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    internal Task<SagaSnapshot?> FindAsync(string name, string businessKey, CancellationToken cancellationToken)
        => SnapshotAsync(_sql.FindByKey, new { Name = name, BusinessKey = businessKey, Now }, cancellationToken);

    internal Task<SagaSnapshot?> FindAsync(Guid id, CancellationToken cancellationToken)
        => SnapshotAsync(_sql.FindById, new { Id = id.ToString(), Now }, cancellationToken);

    internal async Task<IReadOnlyList<SagaSnapshot>> ListAsync(SagaStatus status, int limit, CancellationToken cancellationToken)
        => await SnapshotsAsync(_sql.FindByStatus, new { Status = status.ToString(), Limit = limit, Now }, cancellationToken).ConfigureAwait(false);

    private async Task<SagaSnapshot?> SnapshotAsync(string sql, object parameters, CancellationToken cancellationToken)
        => (await SnapshotsAsync(sql, parameters, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    private async Task<IReadOnlyList<SagaSnapshot>> SnapshotsAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenTablesAsync(cancellationToken).ConfigureAwait(false);
        var rows = await connection.RowsAsync<SagaRow>(sql, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return [];
        }

        var steps = (await connection.RowsAsync<SagaStepRow>(_sql.Steps, new { Ids = rows.Select(r => r.Id).ToArray() }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).ToLookup(s => s.SagaId, StringComparer.Ordinal);
        return [.. rows.Select(r => r.Snapshot(steps[r.Id]))];
    }
}
