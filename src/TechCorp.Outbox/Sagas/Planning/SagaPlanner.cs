namespace TechCorp.Outbox;

/// <summary>Decides what a saga does next: a function of the rules, the progress and what has just happened. Knows no
/// clock, no database and no user code.</summary>
/// <remarks>
/// Forward recovery up to the budget of a step, backward recovery before the point of no return (Garcia-Molina and Salem, "Sagas", 1987),
/// with the difference that a step whose outcome is unknown is undone like one that succeeded.
/// </remarks>
internal static class SagaPlanner
{
    private const string DeadlineReason = "The deadline of the saga has passed.";

    /// <summary>A saga begins: the intent of its first step.</summary>
    internal static SagaPlan Begin(SagaRules rules) => Act(SagaProgress.New(rules.Steps.Length), 0, attempt: 1);

    /// <summary>A process resumes the saga: after a wait, a clean stop or a crash, or because an operator asked.</summary>
    internal static SagaPlan Resume(SagaRules rules, SagaProgress progress, bool deadlinePassed)
    {
        if (progress.IsFinal)
        {
            return new SagaPlan(progress, SagaMove.Stop);
        }

        return progress.IsUndoing ? CompensationPlanner.Resume(rules, progress) : ResumeForward(rules, progress, deadlinePassed);
    }

    /// <summary>The action of a step has ended.</summary>
    internal static SagaPlan ActionEnded(SagaRules rules, SagaProgress progress, int ordinal, StepOutcome outcome, bool deadlinePassed)
    {
        var step = progress.Steps[ordinal];
        switch (outcome.Kind)
        {
            case StepOutcomeKind.Success:
                progress = progress.With(ordinal, step with { State = SagaStepState.Succeeded, Output = outcome.Text, LastError = null });
                return Forward(rules, progress, ordinal + 1, deadlinePassed);

            case StepOutcomeKind.Rejected when rules.CanBeRejected(ordinal):
                progress = progress.With(ordinal, step with { State = SagaStepState.Rejected, LastError = outcome.Text });
                return CompensationPlanner.TurnBack(rules, progress, ordinal - 1, outcome.Text);

            case StepOutcomeKind.Pending:
                // Not a failure: the running attempt is reverted, once, however often it is reported.
                var attempt = step.State == SagaStepState.Started ? Math.Max(0, step.Attempt - 1) : step.Attempt;
                progress = progress.With(ordinal, step with { State = SagaStepState.Unknown, Attempt = attempt, LastError = outcome.Text });
                return deadlinePassed && ordinal < rules.PointOfNoReturn
                    ? QueryOrGiveUp(rules, progress, ordinal, DeadlineReason)
                    : new SagaPlan(Running(rules, progress, ordinal, deadlinePassed), SagaMove.Wait, ordinal, outcome.After);

            default:
                progress = progress.With(ordinal, step with { State = SagaStepState.Unknown, LastError = outcome.Text });
                return Retry(rules, progress, ordinal, deadlinePassed);
        }
    }

    /// <summary>The question for the outcome of a step whose attempts are spent was answered.</summary>
    internal static SagaPlan QueryEnded(SagaRules rules, SagaProgress progress, int ordinal, StepOutcome outcome, bool deadlinePassed)
        => outcome.Kind switch
        {
            StepOutcomeKind.Success or StepOutcomeKind.Rejected => ActionEnded(rules, progress, ordinal, outcome, deadlinePassed),
            StepOutcomeKind.Pending when !deadlinePassed => new SagaPlan(progress, SagaMove.Wait, ordinal, outcome.After),
            _ => CompensationPlanner.TurnBack(rules, progress, ordinal, progress.Steps[ordinal].LastError ?? outcome.Text),
        };

    /// <summary>An operator asks for a retry: stuck compensations begin again, a waiting step is tried now. Null when the saga
    /// has ended, or is being tried.</summary>
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

        var steps = progress.Steps.Select(s => s.Compensation == CompensationState.Stuck ? CompensationPlanner.Again(s) : s);
        return CompensationPlanner.Resume(rules, progress with { Steps = [.. steps] });
    }

    /// <summary>The outcome of a step came by another way, maybe late, maybe twice. Null where it changes nothing.</summary>
    internal static SagaPlan? Reported(SagaRules rules, SagaProgress progress, int ordinal, StepOutcome outcome, bool deadlinePassed)
    {
        var step = progress.Steps[ordinal];
        if (!progress.IsUndoing && !progress.IsFinal)
        {
            return step.State is SagaStepState.Started or SagaStepState.Unknown ? ActionEnded(rules, progress, ordinal, outcome, deadlinePassed) : null;
        }

        // Given up or refused, and yet it happened: the compensation must run after the effect, so it runs again. Both are idempotent.
        if (outcome.Kind != StepOutcomeKind.Success || progress.Status == SagaStatus.Completed || step.State is SagaStepState.Pending or SagaStepState.Succeeded
            || !rules.Steps[ordinal].HasCompensation)
        {
            return null;
        }

        var again = CompensationPlanner.Again(step) with { State = SagaStepState.Succeeded, Output = outcome.Text };
        return CompensationPlanner.Resume(rules, progress.With(ordinal, again));
    }

    /// <summary>The host stops while a call runs: no outcome. The attempt is reverted; the next owner makes it again.</summary>
    internal static SagaProgress Reverted(SagaProgress progress, int ordinal)
    {
        var step = progress.Steps[ordinal];
        return progress.With(ordinal, progress.IsUndoing
            ? step with { CompensationAttempt = Math.Max(0, step.CompensationAttempt - 1) }
            : step with { Attempt = Math.Max(0, step.Attempt - 1) });
    }

    /// <summary>The saga cannot be run as it is stored: it waits, in the direction it had. Why it is being undone is kept.</summary>
    internal static SagaPlan Suspended(SagaProgress progress, string why, TimeSpan delay)
        => new(progress with { Status = SagaStatus.Suspended, Reason = progress.IsUndoing ? progress.Reason : $"The state cannot be read: {why}" },
            SagaMove.Wait, Ordinal: -1, delay);

    private static SagaPlan ResumeForward(SagaRules rules, SagaProgress progress, bool deadlinePassed)
    {
        var ordinal = progress.CurrentOrdinal;
        var (rule, step) = (rules.Steps[ordinal], progress.Steps[ordinal]);
        var endless = ordinal >= rules.PointOfNoReturn;
        progress = Running(rules, progress, ordinal, deadlinePassed);
        if (deadlinePassed && !endless)
        {
            return QueryOrGiveUp(rules, progress, ordinal, DeadlineReason);
        }

        return step.State switch
        {
            SagaStepState.Pending => Act(progress, ordinal, attempt: 1),

            // A crash counts as an attempt, but the last attempt is never one that crashed: one more is allowed.
            SagaStepState.Started when endless || step.Attempt <= rule.Attempts => Act(progress, ordinal, step.Attempt + 1),
            SagaStepState.Unknown when endless || step.Attempt < rule.Attempts => Act(progress, ordinal, step.Attempt + 1),
            _ => QueryOrGiveUp(rules, progress, ordinal, step.LastError ?? "The process died in every attempt."),
        };
    }

    private static SagaPlan Forward(SagaRules rules, SagaProgress progress, int next, bool deadlinePassed)
    {
        if (next == rules.Steps.Length)
        {
            return new SagaPlan(progress with { Status = SagaStatus.Completed, Reason = null }, SagaMove.Stop);
        }

        return deadlinePassed && rules.CanTurnBackBefore(next)
            ? CompensationPlanner.TurnBack(rules, progress, next - 1, DeadlineReason)
            : Act(Running(rules, progress, next, deadlinePassed), next, attempt: 1);
    }

    private static SagaPlan Retry(SagaRules rules, SagaProgress progress, int ordinal, bool deadlinePassed)
    {
        var (rule, step) = (rules.Steps[ordinal], progress.Steps[ordinal]);
        var goesOn = ordinal >= rules.PointOfNoReturn || (!deadlinePassed && step.Attempt < rule.Attempts);
        return goesOn
            ? new SagaPlan(Running(rules, progress, ordinal, deadlinePassed), SagaMove.Wait, ordinal, rule.Backoff.After(step.Attempt))
            : QueryOrGiveUp(rules, progress, ordinal, step.LastError);
    }

    private static SagaPlan QueryOrGiveUp(SagaRules rules, SagaProgress progress, int ordinal, string? reason)
    {
        var step = progress.Steps[ordinal];
        return rules.Steps[ordinal].HasQuery && step.State is SagaStepState.Started or SagaStepState.Unknown
            ? new SagaPlan(progress.With(ordinal, step with { State = SagaStepState.Unknown, LastError = step.LastError ?? reason }), SagaMove.Query, ordinal)
            : CompensationPlanner.TurnBack(rules, progress, ordinal, reason);
    }

    private static SagaPlan Act(SagaProgress progress, int ordinal, int attempt)
        => new(progress.With(ordinal, progress.Steps[ordinal] with { State = SagaStepState.Started, Attempt = attempt }), SagaMove.Act, ordinal);

    /// <summary>Going forward; after the point of no return with an alarm when it takes too long or fails too often.</summary>
    private static SagaProgress Running(SagaRules rules, SagaProgress progress, int ordinal, bool deadlinePassed)
    {
        var alarm = ordinal < rules.PointOfNoReturn ? null
            : progress.Steps[ordinal].Attempt >= rules.AlarmAfterAttempts ? progress.Steps[ordinal].LastError ?? "The process died in every attempt."
            : deadlinePassed ? DeadlineReason
            : null;
        return progress with { Status = alarm is null ? SagaStatus.Running : SagaStatus.NeedsAttention, Reason = alarm };
    }
}
