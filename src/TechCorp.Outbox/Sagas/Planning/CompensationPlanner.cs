namespace TechCorp.Outbox;

/// <summary>The backward half of <see cref="SagaPlanner"/>: which compensation runs next, and what follows from how it ended.</summary>
internal static class CompensationPlanner
{
    /// <summary>The compensation of a step has ended.</summary>
    internal static SagaPlan Ended(SagaRules rules, SagaProgress progress, int ordinal, StepOutcome outcome)
    {
        var step = progress.Steps[ordinal];
        switch (outcome.Kind)
        {
            case StepOutcomeKind.Success:
                return NextUndo(progress.With(ordinal, step with { Compensation = CompensationState.Done, LastError = null }));

            case StepOutcomeKind.Pending:
                progress = progress.With(ordinal, step with { CompensationAttempt = Math.Max(0, step.CompensationAttempt - 1), LastError = outcome.Text });
                return new SagaPlan(progress, SagaMove.Wait, ordinal, outcome.After);

            default:
                progress = progress.With(ordinal, step with { LastError = outcome.Text });
                return step.CompensationAttempt < rules.CompensationAttempts
                    ? new SagaPlan(progress, SagaMove.Wait, ordinal, rules.CompensationBackoff.After(step.CompensationAttempt))
                    : Stuck(rules, progress, ordinal);
        }
    }

    /// <summary>Turns back: this step, if it may have happened, and every one before it are to be undone.</summary>
    internal static SagaPlan TurnBack(SagaRules rules, SagaProgress progress, int from, string? reason)
    {
        var steps = progress.Steps.Select((s, i) => i <= from && rules.Steps[i].HasCompensation && MayHaveHappened(rules.Steps[i], s) ? Again(s) : s);
        return NextUndo(progress with { Steps = [.. steps], Status = SagaStatus.Compensating, Reason = reason });
    }

    internal static SagaPlan Resume(SagaRules rules, SagaProgress progress)
    {
        if (rules.StuckCompensationBehavior == StuckCompensationBehavior.Stop && progress.Steps.Any(s => s.Compensation == CompensationState.Stuck))
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
        return rules.StuckCompensationBehavior == StuckCompensationBehavior.ContinueBestEffort
            ? NextUndo(progress)
            : new SagaPlan(progress with { Status = SagaStatus.NeedsAttention }, SagaMove.Stop);
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

    internal static StepProgress Again(StepProgress step) => step with { Compensation = CompensationState.Pending, CompensationAttempt = 0 };
}
