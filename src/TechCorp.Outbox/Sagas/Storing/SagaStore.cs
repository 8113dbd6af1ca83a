using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Reads and writes sagas. Every write of an instance asks for its epoch; who has lost it changes nothing.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class SagaStore(OutboxDatabase database, TimeProvider timeProvider, SagaOptions options, string owner, ILogger? logger = null)
{
    private readonly SagaSql _sql = SagaSql.For(database);
    private readonly BarrierSql _barrier = BarrierSql.For(database);
    private readonly long _lease = (long)options.LeaseDuration.TotalMilliseconds;

    private readonly ILogger _logger = SafeLogger.Of(logger);

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    internal Task<WriteTransaction> BeginAsync(CancellationToken cancellationToken) => database.BeginWriteAsync(cancellationToken: cancellationToken);

    /// <summary>Writes a new instance; false when the business key has one.</summary>
    /// <param name="transaction">The caller's, or one of this package.</param>
    /// <param name="instance">With the intent of the first step.</param>
    /// <param name="owned">Whether this process runs it; else it is due at once.</param>
    /// <param name="cancellationToken">The caller's.</param>
    internal async Task<bool> InsertAsync(DbTransaction transaction, SagaInstance instance, bool owned, CancellationToken cancellationToken)
    {
        var row = new
        {
            Id = instance.Id.ToString(),
            instance.Definition.Name,
            instance.Definition.Version,
            instance.Definition.GraphHash,
            instance.BusinessKey,
            Status = instance.Progress.Status.ToString(),
            instance.Epoch,
            Owner = owned ? owner : null,
            Delay = owned ? _lease : 0,
            Deadline = (long?)instance.Definition.DeadlineAfter?.TotalMilliseconds,
            instance.Data,
            Now,
        };
        var connection = Connection(transaction);
        await database.ThrowIfOtherDatabaseAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        if (await connection.RunAsync(_sql.Insert, row, transaction, cancellationToken: cancellationToken).ConfigureAwait(false) == 0)
        {
            return false;
        }

        var (text, parameters) = StepsUpsert(instance, SagaProgress.New(instance.Progress.Steps.Length), instance.Progress);
        await connection.RunAsync(text, parameters, transaction, cancellationToken: cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Writes what has changed; false when the instance belongs to another owner now, and then the transaction must be rolled back.</summary>
    /// <param name="transaction">One of this package.</param>
    /// <param name="before">As it was read or written last.</param>
    /// <param name="after">Progress and data to be written.</param>
    /// <param name="delay">Null: nothing is due. Otherwise when anybody may take it up.</param>
    /// <param name="keep">Whether this process keeps running it.</param>
    internal async Task<bool> WriteAsync(DbTransaction transaction, SagaInstance before, SagaInstance after, TimeSpan? delay, bool keep)
    {
        var (text, parameters) = StepsUpsert(before, before.Progress, after.Progress);
        parameters.Add("Status", after.Progress.Status.ToString());
        parameters.Add("Reason", after.Progress.Reason);
        parameters.Add("Owner", keep ? owner : null);
        parameters.Add("Data", after.Data);
        parameters.Add("Delay", keep ? _lease : (long?)delay?.TotalMilliseconds);
        parameters.Add("Epoch", before.Epoch);
        var changed = Changed(before.Progress, after.Progress).Count();
        var rows = await Connection(transaction).RunAsync(changed == 0 ? _sql.Update : $"{_sql.Update};\n{text}", parameters, transaction)
            .ConfigureAwait(false);
        return rows == changed + 1;
    }

    /// <summary>Claims the due instances, oldest first.</summary>
    internal async Task<IReadOnlyList<SagaInstance>> ClaimDueAsync(SagaCatalog catalog, int limit, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var rows = await write.RowsAsync<SagaRow>(_sql.ClaimDue, new { catalog.Graphs, Owner = owner, Delay = _lease, Limit = limit, Now },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        var instances = await LoadAsync(write, catalog, rows, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return instances;
    }

    /// <summary>Takes one instance over inside a transaction; null when it does not exist or this process does not know its definition.</summary>
    internal async Task<SagaInstance?> TakeOverAsync(WriteTransaction write, SagaCatalog catalog, Guid id, CancellationToken cancellationToken)
    {
        var rows = await write.RowsAsync<SagaRow>(_sql.TakeOver, new { catalog.Graphs, Id = id.ToString(), Owner = owner, Delay = _lease, Now },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return (await LoadAsync(write, catalog, rows, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
    }

    /// <summary>Whether some process runs it at this moment; the answer holds until the transaction ends.</summary>
    internal async Task<bool> IsRunningAsync(WriteTransaction write, Guid id, CancellationToken cancellationToken)
        => await write.ScalarAsync<int?>(_sql.IsRunning, new { Id = id.ToString(), Now }, cancellationToken: cancellationToken)
            .ConfigureAwait(false) is not null;

    /// <summary>Remembers, beside the barrier's marks, that the end of an instance that runs again has been published.</summary>
    internal Task MarkEndedAsync(WriteTransaction write, SagaInstance instance, CancellationToken cancellationToken)
        => write.RunAsync(_barrier.Enter, new { Key = instance.EndKey, Op = "end", Now }, cancellationToken: cancellationToken);

    internal async Task<bool> HasEndedBeforeAsync(WriteTransaction write, SagaInstance instance)
        => await write.ScalarAsync<long>(_barrier.Count, new { Key = instance.EndKey, Op = "end" }).ConfigureAwait(false) > 0;

    internal async Task RenewAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await write.RunAsync(_sql.Renew, new { Ids = Texts(ids), Owner = owner, Delay = _lease, Now }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Releases an instance whose last write failed, or may have been committed all the same.</summary>
    internal async Task ReleaseAsync(SagaInstance instance, TimeSpan delay, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var row = new { Id = instance.Id.ToString(), instance.Epoch, Owner = owner, Delay = (long)delay.TotalMilliseconds, Now };
        await write.RunAsync(_sql.Release, row, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The id of the instance that a business key has, seen from inside a transaction.</summary>
    internal async Task<Guid> IdOfAsync(DbTransaction transaction, string name, string businessKey, CancellationToken cancellationToken)
    {
        var row = await Connection(transaction).RowAsync<SagaRow>(_sql.FindByKey, new { Name = name, BusinessKey = businessKey, Now }, transaction,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return Guid.Parse(row.Id);
    }

    /// <summary>Which of the instances that this process started exist and are still owned by it.</summary>
    internal async Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var found = await connection.RowsAsync<string>(_sql.FindOwn, new { Ids = Texts(ids), Owner = owner, Limit = ids.Count },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return found.Select(Guid.Parse).ToHashSet();
    }

    /// <summary>How long until something known here is due; null when nothing is.</summary>
    internal async Task<TimeSpan?> UntilDueAsync(SagaCatalog catalog, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var milliseconds = await connection.ScalarAsync<long?>(_sql.UntilDue, new { catalog.Graphs, Now }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return milliseconds is { } span ? TimeSpan.FromMilliseconds(span) : null;
    }

    /// <summary>Suspends the instances that have been due for long and whose definition no process knows. Nothing is compensated because code is missing; a
    /// process that knows the definition still runs them.</summary>
    internal async Task<IReadOnlyList<SagaRow>> SuspendUnknownAsync(SagaCatalog catalog, int limit, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var parameters = new { catalog.Graphs, Grace = (long)options.SuspendAfter.TotalMilliseconds, Limit = limit, Now };
        var rows = await write.RowsAsync<SagaRow>(_sql.Suspend, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return rows;
    }

    /// <summary>Deletes ended sagas past their retention; returns how many rows went, so fewer than the limit means that none is left.</summary>
    internal async Task<int> PurgeAsync(TimeSpan retention, int limit, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var rows = await write.RunAsync(_sql.Purge, new { Retention = (long)retention.TotalMilliseconds, Limit = limit, Now },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return rows;
    }

    private async Task<IReadOnlyList<SagaInstance>> LoadAsync(
        WriteTransaction write, SagaCatalog catalog, List<SagaRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var steps = (await write.RowsAsync<SagaStepRow>(_sql.Steps, new { Ids = rows.Select(r => r.Id).ToArray() }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).ToLookup(s => s.SagaId, StringComparer.Ordinal);
        var instances = new List<SagaInstance>(rows.Count);
        foreach (var row in rows)
        {
            try
            {
                instances.Add(Instance(row, catalog.Find(row.GraphHash)!, steps[row.Id]));
            }
            catch (Exception exception)
            {
                // It must not keep the others from being run.
                _logger.UnreadableRow(exception, row.Name, row.BusinessKey, row.Id, options.SuspendAfter);
                var later = new { row.Id, row.Epoch, Owner = owner, Delay = (long)options.SuspendAfter.TotalMilliseconds, Now };
                await write.RunAsync(_sql.Release, later, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }

        return instances;
    }

    private SagaInstance Instance(SagaRow row, SagaDefinition definition, IEnumerable<SagaStepRow> steps)
    {
        var progress = SagaProgress.New(definition.Rules.Steps.Length) with { Status = Enum.Parse<SagaStatus>(row.Status), Reason = row.Reason };
        foreach (var step in steps)
        {
            progress = progress.With(step.Ordinal, step.Progress);
        }

        var left = row.DeadlineLeft is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null;
        return new SagaInstance(Guid.Parse(row.Id), definition, row.BusinessKey, row.Epoch, row.Data, progress, SagaDeadline.In(left, timeProvider));
    }

    private (string Text, SqlParameters Parameters) StepsUpsert(SagaInstance instance, SagaProgress before, SagaProgress after)
    {
        var parameters = new SqlParameters();
        parameters.Add("Id", instance.Id.ToString());
        parameters.Add("Now", Now);
        var rows = Changed(before, after).Select((ordinal, n) =>
        {
            var (rule, step) = (instance.Definition.Rules.Steps[ordinal], after.Steps[ordinal]);
            parameters.Add($"Ordinal{n}", ordinal);
            parameters.Add($"Name{n}", rule.Name);
            parameters.Add($"Kind{n}", rule.Kind.ToString());
            parameters.Add($"Key{n}", instance.ActionKey(ordinal));
            parameters.Add($"State{n}", step.State.ToString());
            parameters.Add($"Attempt{n}", step.Attempt);
            parameters.Add($"Comp{n}", step.Compensation.ToString());
            parameters.Add($"CompAttempt{n}", step.CompensationAttempt);
            parameters.Add($"Output{n}", step.Output);
            parameters.Add($"Error{n}", step.LastError);
            return _sql.StepsRow.Replace("#", n.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }).ToList();
        return ($"{_sql.StepsHead}{string.Join(", ", rows)}{_sql.StepsTail}", parameters);
    }

    private static IEnumerable<int> Changed(SagaProgress before, SagaProgress after)
        => Enumerable.Range(0, after.Steps.Length).Where(i => before.Steps[i] != after.Steps[i]);

    private static string[] Texts(IEnumerable<Guid> ids) => [.. ids.Select(id => id.ToString())];

    private static DbConnection Connection(DbTransaction transaction)
        => transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already; the saga was not written.");
}
