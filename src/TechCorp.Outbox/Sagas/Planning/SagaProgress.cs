using System.Collections.Immutable;

namespace TechCorp.Outbox;

/// <summary>How far a saga has come; all that the planner decides by. Immutable.</summary>
internal sealed record SagaProgress(SagaStatus Status, string? Reason, ImmutableArray<StepProgress> Steps)
{
    internal static SagaProgress New(int steps) => new(SagaStatus.Running, null, [.. Enumerable.Repeat(new StepProgress(), steps)]);

    /// <summary>The direction is kept by the steps, so that it survives being suspended or stuck.</summary>
    internal bool IsUndoing => Steps.Any(s => s.Compensation != CompensationState.None);

    internal bool IsFinal => Status is SagaStatus.Completed or SagaStatus.Compensated;

    /// <summary>Going forward: the first step that has not succeeded.</summary>
    internal int CurrentOrdinal => Steps.TakeWhile(s => s.State == SagaStepState.Succeeded).Count();

    internal SagaProgress With(int ordinal, StepProgress step) => this with { Steps = Steps.SetItem(ordinal, step) };
}
