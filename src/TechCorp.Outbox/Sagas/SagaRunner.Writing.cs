using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <content>Outcome of one step and intent of the next, in one transaction, with the events and the author's part in the end.</content>
internal sealed partial class SagaRunner
{
    /// <summary>Takes an instance from whoever has it, lets <paramref name="decide"/> change it, and writes that in the same transaction. Null when nothing was changed.</summary>
    internal async Task<SagaWritten?> SeizeAsync(SagaTypes types, Guid id, Func<SagaInstance, SagaPlan?> decide, bool keep, bool evenIfRun, CancellationToken cancellationToken)
    {
        await using var write = await store.BeginAsync(cancellationToken).ConfigureAwait(false);
        if (!evenIfRun && await store.IsRunAsync(write, id, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (await store.SeizeAsync(write, types, id, cancellationToken).ConfigureAwait(false) is not { } instance || decide(instance) is not { } plan)
        {
            return null;
        }

        await using var session = instance.Type.Open(scopes.CreateAsyncScope(), outbox);
        session.Check(instance.Data);
        if (instance.Progress.IsFinal && !plan.Progress.IsFinal)
        {
            await store.MarkEndedAsync(write, instance, cancellationToken).ConfigureAwait(false);
        }

        return await WriteAsync(write, session, instance, plan, instance.Data, [], keep, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SagaWritten?> WriteAsync(SagaSession session, SagaInstance before, SagaPlan plan, string data, IReadOnlyList<OutboxMessage> events, CancellationToken stopping, CancellationToken abort)
    {
        await using var write = await store.BeginAsync(CancellationToken.None).ConfigureAwait(false);
        return await WriteAsync(write, session, before, plan, data, events, keep: !stopping.IsCancellationRequested, abort).ConfigureAwait(false);
    }

    private async Task<SagaWritten?> LocalAsync(SagaSession session, SagaWritten now, CancellationToken stopping, CancellationToken abort)
    {
        var (instance, plan) = (now.Instance, now.Plan);
        SagaResult result;
        await using (var write = await store.BeginAsync(CancellationToken.None).ConfigureAwait(false))
        {
            using var timeout = new CancellationTokenSource(instance.Type.Timeouts[plan.Ordinal], timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
            result = await session.LocalAsync(plan.Ordinal, instance.Action(plan.Ordinal), instance.Data, write.Transaction, either.Token).ConfigureAwait(false);
            result = await SoundAsync(write, result).ConfigureAwait(false);
            result = Answered(instance, plan, result, timeout.IsCancellationRequested && !abort.IsCancellationRequested);
            plan = Next(instance, plan, result.Report);
            if (result.Report.Kind == StepOutcomeKind.Success)
            {
                return await WriteAsync(write, session, instance, plan, result.Data, result.Events, keep: !stopping.IsCancellationRequested, abort).ConfigureAwait(false);
            }
        }

        if (abort.IsCancellationRequested && result.Report.Kind == StepOutcomeKind.Unknown)
        {
            return await LetGoAsync(session, now).ConfigureAwait(false) ? now with { Kept = false } : null;
        }

        // Rolled back, so there was no effect; what is known is written without it.
        return await WriteAsync(session, instance, plan, instance.Data, [], stopping, abort).ConfigureAwait(false);
    }

    /// <summary>A success in a transaction that has failed is none: the step swallowed the error, and its writes cannot be committed.</summary>
    private static async Task<SagaResult> SoundAsync(WriteTransaction write, SagaResult result)
    {
        if (result.Report.Kind != StepOutcomeKind.Success)
        {
            return result;
        }

        try
        {
            await write.ThrowIfAbortedAsync(CancellationToken.None).ConfigureAwait(false);
            return result;
        }
        catch (DbException exception) when (exception.SqlState == WriteTransaction.Aborted)
        {
            return result with { Report = StepReport.Unknown(ErrorText.Of(exception)) };
        }
    }

    private async Task<SagaWritten?> WriteAsync(
        WriteTransaction write, SagaSession session, SagaInstance before, SagaPlan plan, string data, IReadOnlyList<OutboxMessage> events, bool keep, CancellationToken abort)
    {
        var isCall = plan.Move is SagaMove.Act or SagaMove.Query or SagaMove.Undo;
        if (isCall && !keep)
        {
            plan = plan with { Progress = TakenBack(plan) };
        }

        if (plan.Progress.IsFinal && !before.Progress.IsFinal && !await store.HasEndedBeforeAsync(write, before).ConfigureAwait(false))
        {
            using var timeout = new CancellationTokenSource(before.Type.EndTimeout, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
            var end = await session.EndAsync(plan.Progress.Status, (before with { Progress = plan.Progress }).End(), data, write.Transaction, either.Token).ConfigureAwait(false);
            (data, events) = (end.Data, [.. events, .. end.Events]);
        }

        var after = before with { Progress = plan.Progress, Data = data };
        TimeSpan? delay = plan.Move == SagaMove.Stop ? null : isCall ? TimeSpan.Zero : DelayOf(before, plan);
        if (!await store.WriteAsync(write.Transaction, before, after, delay, keep: isCall && keep).ConfigureAwait(false))
        {
            logger.Lost(before.Type.Name, before.BusinessKey, before.Id, before.Epoch);
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
        return new SagaWritten(after, plan, isCall && keep);
    }

    /// <summary>Lets go of an instance whose call was not made, or was given up: not an outcome.</summary>
    private async Task<bool> LetGoAsync(SagaSession session, SagaWritten now)
        => await WriteAsync(session, now.Instance, now.Plan with { Progress = now.Instance.Progress }, now.Instance.Data, [], new CancellationToken(canceled: true), CancellationToken.None).ConfigureAwait(false) is not null;

    /// <summary>The question for an outcome counts no attempts.</summary>
    private static SagaProgress TakenBack(SagaPlan plan) => plan.Move == SagaMove.Query ? plan.Progress : SagaPlanner.CalledOff(plan.Progress, plan.Ordinal);

    /// <summary>A wait ends with the deadline, while there is a way back.</summary>
    private TimeSpan DelayOf(SagaInstance instance, SagaPlan plan)
        => plan.Progress.Status != SagaStatus.Suspended && !plan.Progress.IsUndoing && plan.Ordinal < instance.Type.Rules.PointOfNoReturn && instance.Deadline.Left(timeProvider) is { } left && left > TimeSpan.Zero && left < plan.Delay
            ? left
            : plan.Delay;

    private void LogChange(SagaInstance before, SagaInstance after, SagaPlan plan)
    {
        if (before.Progress.Status == after.Progress.Status)
        {
            return;
        }

        var (name, key, id) = (after.Type.Name, after.BusinessKey, after.Id);
        switch (after.Progress.Status)
        {
            case SagaStatus.Compensating:
                logger.Compensating(name, key, id, after.Progress.Reason);
                break;
            case SagaStatus.NeedsAttention:
                logger.NeedsAttention(name, key, id, plan.Ordinal >= 0 ? after.Type.Rules.Steps[plan.Ordinal].Name : "", after.Progress.Reason);
                break;
            case SagaStatus.Completed or SagaStatus.Compensated:
                logger.Ended(name, key, id, after.Progress.Status);
                break;
            default:
                break;
        }
    }
}
