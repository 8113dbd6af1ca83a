namespace TechCorp.Outbox;

/// <summary>One step as its author wrote it.</summary>
internal sealed class StepDefinition<TState>(string name, SagaStepKind kind)
    where TState : class
{
    internal string Name { get; } = name;

    internal SagaStepKind Kind { get; set; } = kind;

    internal Func<StepContext<TState>, CancellationToken, Task<StepOutcome>>? Action { get; init; }

    internal Func<SagaTransaction<TState>, CancellationToken, Task<StepOutcome>>? Local { get; init; }

    internal Func<CompensationContext<TState>, CancellationToken, Task>? Compensate { get; init; }

    internal Func<StepContext<TState>, CancellationToken, Task<StepOutcome>>? Query { get; set; }

    internal StepRetry? Retry { get; set; }

    internal TimeSpan? Timeout { get; set; }
}
