namespace TechCorp.Outbox;

internal static partial class SagaPlanner
{
    /// <summary>The compensation of a step has ended.</summary>
    internal static SagaPlan UndoEnded(SagaRules rules, SagaProgress progress, int ordinal, StepReport report)
    {
        var step = progress.Steps[ordinal];
        switch (report.Kind)
        {
            case StepOutcomeKind.Success:
                return NextUndo(progress.With(ordinal, step with { Compensation = CompensationState.Done, LastError = null }));

            case StepOutcomeKind.Pending:
                progress = progress.With(ordinal, step with { CompensationAttempt = Math.Max(0, step.CompensationAttempt - 1), LastError = report.Text });
                return new SagaPlan(progress, SagaMove.Wait, ordinal, report.After);

            default:
                progress = progress.With(ordinal, step with { LastError = report.Text });
                return step.CompensationAttempt < rules.CompensationAttempts
                    ? new SagaPlan(progress, SagaMove.Wait, ordinal, rules.CompensationBackoff.After(step.CompensationAttempt))
                    : Stuck(rules, progress, ordinal);
        }
    }

    /// <summary>A person asks for another try: stuck compensations begin anew, a step that waits is tried now. Null for what has ended, or is being tried already.</summary>
    internal static SagaPlan? RetryNow(SagaRules rules, SagaProgress progress, bool deadlinePassed)
    {
        if (progress.IsFinal)
        {
            return null;
        }

        if (!progress.IsUndoing)
        {
            return progress.Steps[progress.CurrentOrdinal].State == SagaStepState.Unknown ? Resume(rules, progress, deadlinePassed) : null;
        }

        var steps = progress.Steps.Select(s => s.Compensation == CompensationState.Stuck ? Again(s) : s);
        return ResumeUndoing(rules, progress with { Steps = [.. steps] });
    }

    /// <summary>The outcome of a step came by another way, maybe late, maybe twice. Null where it changes nothing.</summary>
    internal static SagaPlan? Reported(SagaRules rules, SagaProgress progress, int ordinal, StepReport report, bool deadlinePassed)
    {
        var step = progress.Steps[ordinal];
        if (!progress.IsUndoing && !progress.IsFinal)
        {
            return step.State is SagaStepState.Started or SagaStepState.Unknown ? ActionEnded(rules, progress, ordinal, report, deadlinePassed) : null;
        }

        // Given up or refused, and yet it happened: the compensation must run after the effect, so it runs once more. Both are idempotent.
        if (report.Kind != StepOutcomeKind.Success || progress.Status == SagaStatus.Completed || step.State is SagaStepState.Pending or SagaStepState.Succeeded || !rules.Steps[ordinal].HasCompensation)
        {
            return null;
        }

        var again = Again(step) with { State = SagaStepState.Succeeded, Output = report.Text };
        return ResumeUndoing(rules, progress.With(ordinal, again));
    }

    /// <summary>Turns back: this step, if it may have happened, and every one before it are to be undone.</summary>
    private static SagaPlan Undo(SagaRules rules, SagaProgress progress, int from, string? reason)
    {
        var steps = progress.Steps.Select((s, i) => i <= from && rules.Steps[i].HasCompensation && MayHaveHappened(rules.Steps[i], s) ? Again(s) : s);
        return NextUndo(progress with { Steps = [.. steps], Status = SagaStatus.Compensating, Reason = reason });
    }

    private static SagaPlan ResumeUndoing(SagaRules rules, SagaProgress progress)
    {
        if (rules.WhenStuck == StuckCompensationBehavior.Stop && progress.Steps.Any(s => s.Compensation == CompensationState.Stuck))
        {
            return new SagaPlan(progress with { Status = SagaStatus.NeedsAttention }, SagaMove.Stop);
        }

        progress = progress with { Status = SagaStatus.Compensating };
        var ordinal = NextToUndo(progress);
        return ordinal >= 0 && progress.Steps[ordinal].CompensationAttempt > rules.CompensationAttempts ? Stuck(rules, progress, ordinal) : NextUndo(progress);
    }

    private static SagaPlan Stuck(SagaRules rules, SagaProgress progress, int ordinal)
    {
        progress = progress.With(ordinal, progress.Steps[ordinal] with { Compensation = CompensationState.Stuck });
        return rules.WhenStuck == StuckCompensationBehavior.ContinueBestEffort ? NextUndo(progress) : new SagaPlan(progress with { Status = SagaStatus.NeedsAttention }, SagaMove.Stop);
    }

    /// <summary>The latest step that is still to be undone, one at a time; the end when there is none.</summary>
    private static SagaPlan NextUndo(SagaProgress progress)
    {
        var ordinal = NextToUndo(progress);
        if (ordinal < 0)
        {
            var stuck = progress.Steps.Any(s => s.Compensation == CompensationState.Stuck);
            return new SagaPlan(progress with { Status = stuck ? SagaStatus.NeedsAttention : SagaStatus.Compensated }, SagaMove.Stop);
        }

        var step = progress.Steps[ordinal];
        var intent = step with { Compensation = CompensationState.Started, CompensationAttempt = step.CompensationAttempt + 1 };
        return new SagaPlan(progress.With(ordinal, intent), SagaMove.Undo, ordinal);
    }

    private static int NextToUndo(SagaProgress progress)
    {
        var ordinal = progress.Steps.Length - 1;
        while (ordinal >= 0 && progress.Steps[ordinal].Compensation is not (CompensationState.Pending or CompensationState.Started))
        {
            ordinal--;
        }

        return ordinal;
    }

    /// <summary>A local step commits with its outcome: where no success is stored, there is no effect.</summary>
    private static bool MayHaveHappened(StepRules rule, StepProgress step)
        => step.State == SagaStepState.Succeeded || (step.State is SagaStepState.Started or SagaStepState.Unknown && rule.Kind != SagaStepKind.Local);

    private static StepProgress Again(StepProgress step) => step with { Compensation = CompensationState.Pending, CompensationAttempt = 0 };
}
