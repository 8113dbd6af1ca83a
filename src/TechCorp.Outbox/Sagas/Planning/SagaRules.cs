using System.Collections.Immutable;

namespace TechCorp.Outbox;

/// <summary>What the planner knows of a saga's definition.</summary>
internal sealed record SagaRules(
    ImmutableArray<StepRules> Steps, int CompensationAttempts, Backoff CompensationBackoff, StuckCompensationBehavior StuckCompensationBehavior,
    int AlarmAfterAttempts)
{
    /// <summary>The first step that is never given up, and with it every later one; the number of steps where there is none.</summary>
    internal int PointOfNoReturn { get; } = Steps.TakeWhile(s => s.Kind is SagaStepKind.Compensatable or SagaStepKind.Local).Count();

    /// <summary>Whether everything can still be undone while this step has not begun. A retriable step without a pivot before it begins
    /// after the point of no return.</summary>
    internal bool CanTurnBackBefore(int ordinal)
        => ordinal < PointOfNoReturn || (ordinal == PointOfNoReturn && ordinal < Steps.Length && Steps[ordinal].Kind == SagaStepKind.Pivot);

    /// <summary>Whether a refusal of this step turns the saga back.</summary>
    internal bool CanBeRejected(int ordinal) => CanTurnBackBefore(ordinal);
}
