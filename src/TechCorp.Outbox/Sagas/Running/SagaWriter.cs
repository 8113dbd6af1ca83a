using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Writes the outcome of one step and the intent of the next in one transaction, with the events and the author's part in the end.</summary>
/// <remarks>Safe for concurrent use; one instance is written by one caller.</remarks>
internal sealed class SagaWriter(SagaStore store, IOutbox outbox, TimeProvider timeProvider, ILogger logger)
{
    internal async Task<SagaCheckpoint?> WriteAsync(SagaSession session, SagaInstance before, SagaPlan plan, string data, IReadOnlyList<OutboxMessage> events,
        CancellationToken stopping, CancellationToken abort)
    {
        await using var write = await store.BeginAsync(CancellationToken.None).ConfigureAwait(false);
        return await WriteAsync(write, session, before, plan, data, events, keep: !stopping.IsCancellationRequested, abort).ConfigureAwait(false);
    }

    internal async Task<SagaCheckpoint?> WriteAsync(
        WriteTransaction write, SagaSession session, SagaInstance before, SagaPlan plan, string data, IReadOnlyList<OutboxMessage> events, bool keep,
        CancellationToken abort)
    {
        var isCall = plan.Move is SagaMove.Act or SagaMove.Query or SagaMove.Undo;
        if (isCall && !keep)
        {
            plan = plan with { Progress = WithoutAttempt(plan) };
        }

        if (plan.Progress.IsFinal && !before.Progress.IsFinal && !await store.HasEndedBeforeAsync(write, before).ConfigureAwait(false))
        {
            using var timeout = new CancellationTokenSource(before.Definition.EndTimeout, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
            var end = await session.EndAsync(plan.Progress.Status, (before with { Progress = plan.Progress }).End(), data, write.Transaction, either.Token)
                .ConfigureAwait(false);
            (data, events) = (end.Data, [.. events, .. end.Events]);
        }

        var after = before with { Progress = plan.Progress, Data = data };
        TimeSpan? delay = plan.Move == SagaMove.Stop ? null : isCall ? TimeSpan.Zero : DelayOf(before, plan);
        if (!await store.WriteAsync(write.Transaction, before, after, delay, keep: isCall && keep).ConfigureAwait(false))
        {
            logger.Lost(before.Definition.Name, before.BusinessKey, before.Id, before.Epoch);
            return null;
        }

        if (events.Count > 0)
        {
            await outbox.PublishAsync(write.Transaction, events, CancellationToken.None).ConfigureAwait(false);
        }

        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        if (events.Count > 0)
        {
            outbox.Wake();
        }

        LogChange(before, after, plan);
        return new SagaCheckpoint(after, plan, isCall && keep);
    }

    /// <summary>Releases an instance whose call was not made, or was given up: not an outcome.</summary>
    internal async Task<bool> ReleaseAsync(SagaSession session, SagaCheckpoint checkpoint)
        => await WriteAsync(session, checkpoint.Instance, checkpoint.Plan with { Progress = checkpoint.Instance.Progress }, checkpoint.Instance.Data, [],
            new CancellationToken(canceled: true), CancellationToken.None).ConfigureAwait(false) is not null;

    /// <summary>The question for an outcome counts no attempts.</summary>
    private static SagaProgress WithoutAttempt(SagaPlan plan)
        => plan.Move == SagaMove.Query ? plan.Progress : SagaPlanner.Reverted(plan.Progress, plan.Ordinal);

    /// <summary>A wait ends with the deadline, while there is a way back.</summary>
    private TimeSpan DelayOf(SagaInstance instance, SagaPlan plan)
        => plan.Progress.Status != SagaStatus.Suspended && !plan.Progress.IsUndoing && plan.Ordinal < instance.Definition.Rules.PointOfNoReturn
            && instance.Deadline.Left(timeProvider) is { } left && left > TimeSpan.Zero && left < plan.Delay
            ? left
            : plan.Delay;

    private void LogChange(SagaInstance before, SagaInstance after, SagaPlan plan)
    {
        if (before.Progress.Status == after.Progress.Status)
        {
            return;
        }

        var (name, key, id) = (after.Definition.Name, after.BusinessKey, after.Id);
        switch (after.Progress.Status)
        {
            case SagaStatus.Compensating:
                logger.Compensating(name, key, id, after.Progress.Reason);
                break;
            case SagaStatus.NeedsAttention:
                logger.NeedsAttention(name, key, id, plan.Ordinal >= 0 ? after.Definition.Rules.Steps[plan.Ordinal].Name : "", after.Progress.Reason);
                break;
            case SagaStatus.Completed or SagaStatus.Compensated:
                logger.Ended(name, key, id, after.Progress.Status);
                break;
            default:
                break;
        }
    }
}
