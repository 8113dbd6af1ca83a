using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Runs one saga until it waits, ends or is lost: calls the author's code, asks the planner, writes the answer, and only then continues.</summary>
/// <remarks>The shell around <see cref="SagaPlanner"/>. Safe for concurrent use; one instance is run by one caller.</remarks>
internal sealed class SagaRunner(SagaStore store, SagaWriter writer, IOutbox outbox, IServiceScopeFactory scopes, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>Called at each point where a process could die. Tests hang here, to abandon a run as a crash would.</summary>
    internal Func<SagaPoint, SagaInstance, Task>? At { get; set; }

    /// <summary>Runs an instance that this process owns.</summary>
    /// <param name="instance">As it is stored.</param>
    /// <param name="plan">What to do, stored already; null after a wait, a stop or a crash, when the planner must be asked first.</param>
    /// <param name="stopping">Canceled: finish the call that runs, write its outcome, begin no other.</param>
    /// <param name="abort">Canceled: give up the call that runs; it has no outcome.</param>
    /// <returns>False when the instance was lost to another owner.</returns>
    internal async Task<bool> RunAsync(SagaInstance instance, SagaPlan? plan, CancellationToken stopping, CancellationToken abort)
    {
        await using var session = instance.Definition.Open(scopes.CreateAsyncScope(), outbox);
        var checkpoint = plan is null
            ? await writer.WriteAsync(session, instance, Resume(session, instance), instance.Data, [], stopping, abort).ConfigureAwait(false)
            : new SagaCheckpoint(instance, plan, Kept: true);
        while (checkpoint is { Kept: true })
        {
            if (stopping.IsCancellationRequested)
            {
                return await writer.ReleaseAsync(session, checkpoint).ConfigureAwait(false);
            }

            await AtAsync(SagaPoint.BeforeCall, checkpoint.Instance).ConfigureAwait(false);
            checkpoint = await StepAsync(session, checkpoint, stopping, abort).ConfigureAwait(false);
            if (checkpoint is not null)
            {
                await AtAsync(SagaPoint.AfterWrite, checkpoint.Instance).ConfigureAwait(false);
            }
        }

        return checkpoint is not null;
    }

    /// <summary>A state that cannot be read is no failure of the step: no attempt is spent, and nothing is compensated.</summary>
    private SagaPlan Resume(SagaSession session, SagaInstance instance)
    {
        try
        {
            session.Check(instance.Data);
        }
        catch (Exception exception)
        {
            logger.Unreadable(exception, instance.Definition.Name, instance.BusinessKey, instance.Id, ReadAgainAfter);
            return SagaPlanner.Suspended(instance.Progress, ErrorText.Of(exception), ReadAgainAfter);
        }

        return SagaPlanner.Resume(instance.Definition.Rules, instance.Progress, instance.Deadline.HasPassed(timeProvider));
    }

    /// <summary>Makes one call and writes what came of it. Null when the instance was lost.</summary>
    private async Task<SagaCheckpoint?> StepAsync(SagaSession session, SagaCheckpoint checkpoint, CancellationToken stopping, CancellationToken abort)
    {
        var (instance, plan) = (checkpoint.Instance, checkpoint.Plan);
        if (plan.Move == SagaMove.Act && session.IsLocal(plan.Ordinal))
        {
            return await LocalAsync(session, checkpoint, stopping, abort).ConfigureAwait(false);
        }

        var result = await CallAsync(session, instance, plan, abort).ConfigureAwait(false);
        await AtAsync(SagaPoint.AfterCall, instance).ConfigureAwait(false);
        if (abort.IsCancellationRequested && result.Outcome.Kind == StepOutcomeKind.Unknown)
        {
            // The host stops: no outcome. The process that resumes the saga asks again with the same key.
            return await writer.ReleaseAsync(session, checkpoint).ConfigureAwait(false) ? checkpoint with { Kept = false } : null;
        }

        return await writer.WriteAsync(session, instance, Next(instance, plan, result.Outcome), result.Data, result.Events, stopping, abort)
            .ConfigureAwait(false);
    }

    private async Task<SagaCheckpoint?> LocalAsync(SagaSession session, SagaCheckpoint checkpoint, CancellationToken stopping, CancellationToken abort)
    {
        var (instance, plan) = (checkpoint.Instance, checkpoint.Plan);
        SagaResult result;
        await using (var write = await store.BeginAsync(CancellationToken.None).ConfigureAwait(false))
        {
            using var timeout = new CancellationTokenSource(instance.Definition.Timeouts[plan.Ordinal], timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
            result = await session.LocalAsync(plan.Ordinal, instance.Action(plan.Ordinal), instance.Data, write.Transaction, either.Token)
                .ConfigureAwait(false);
            result = await UnknownIfAbortedAsync(write, result).ConfigureAwait(false);
            result = Answered(instance, plan, result, timeout.IsCancellationRequested && !abort.IsCancellationRequested);
            plan = Next(instance, plan, result.Outcome);
            if (result.Outcome.Kind == StepOutcomeKind.Success)
            {
                return await writer.WriteAsync(write, session, instance, plan, result.Data, result.Events, keep: !stopping.IsCancellationRequested, abort)
                    .ConfigureAwait(false);
            }
        }

        if (abort.IsCancellationRequested && result.Outcome.Kind == StepOutcomeKind.Unknown)
        {
            return await writer.ReleaseAsync(session, checkpoint).ConfigureAwait(false) ? checkpoint with { Kept = false } : null;
        }

        // Rolled back, so there was no effect; what is known is written without it.
        return await writer.WriteAsync(session, instance, plan, instance.Data, [], stopping, abort).ConfigureAwait(false);
    }

    /// <summary>A success in a transaction that has failed is none: the step swallowed the error, and its writes cannot be committed.</summary>
    private static async Task<SagaResult> UnknownIfAbortedAsync(WriteTransaction write, SagaResult result)
    {
        if (result.Outcome.Kind != StepOutcomeKind.Success)
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
            return result with { Outcome = StepOutcome.Unknown(ErrorText.Of(exception)) };
        }
    }

    private async Task<SagaResult> CallAsync(SagaSession session, SagaInstance instance, SagaPlan plan, CancellationToken abort)
    {
        var ordinal = plan.Ordinal;
        using var timeout = new CancellationTokenSource(instance.Definition.Timeouts[ordinal], timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        var result = plan.Move switch
        {
            SagaMove.Act => await session.ActAsync(ordinal, instance.Action(ordinal), instance.Data, either.Token).ConfigureAwait(false),
            SagaMove.Query => await session.QueryAsync(ordinal, instance.Action(ordinal), instance.Data, either.Token).ConfigureAwait(false),
            _ => await session.UndoAsync(ordinal, instance.Compensation(ordinal), instance.Data, either.Token).ConfigureAwait(false),
        };
        return Answered(instance, plan, result, timeout.IsCancellationRequested && !abort.IsCancellationRequested);
    }

    private SagaResult Answered(SagaInstance instance, SagaPlan plan, SagaResult result, bool isLate)
    {
        if (result.Outcome.Kind == StepOutcomeKind.Unknown && isLate)
        {
            result = result with { Outcome = StepOutcome.Unknown($"No answer within {instance.Definition.Timeouts[plan.Ordinal]}.") };
        }

        Log(instance, plan, result.Outcome);
        return result;
    }

    private SagaPlan Next(SagaInstance instance, SagaPlan plan, StepOutcome outcome)
    {
        var (rules, progress, late) = (instance.Definition.Rules, instance.Progress, instance.Deadline.HasPassed(timeProvider));
        return plan.Move switch
        {
            SagaMove.Act => SagaPlanner.ActionEnded(rules, progress, plan.Ordinal, outcome, late),
            SagaMove.Query => SagaPlanner.QueryEnded(rules, progress, plan.Ordinal, outcome, late),
            _ => CompensationPlanner.Ended(rules, progress, plan.Ordinal, outcome),
        };
    }

    private Task AtAsync(SagaPoint point, SagaInstance instance) => At?.Invoke(point, instance) ?? Task.CompletedTask;

    private void Log(SagaInstance instance, SagaPlan plan, StepOutcome outcome)
    {
        var (step, progress) = (instance.Definition.Rules.Steps[plan.Ordinal].Name, instance.Progress.Steps[plan.Ordinal]);
        var attempt = plan.Move == SagaMove.Undo ? progress.CompensationAttempt : progress.Attempt;
        if (outcome.Kind == StepOutcomeKind.Unknown)
        {
            logger.StepUnknown(instance.Definition.Name, instance.BusinessKey, instance.Id, step, attempt, outcome.Text);
        }
        else
        {
            logger.StepEnded(instance.Definition.Name, instance.BusinessKey, instance.Id, step, attempt, outcome.Kind);
        }
    }
}
