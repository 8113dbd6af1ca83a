namespace TechCorp.Outbox;

/// <summary>Collects the steps of a saga, in order. Modifiers such as <see cref="Retriable"/> speak of the step before them.</summary>
/// <typeparam name="TState">The saga's state.</typeparam>
public sealed class SagaSteps<TState>
    where TState : class
{
    private readonly List<StepDefinition<TState>> _steps = [];

    internal SagaSteps()
    {
    }

    internal IReadOnlyList<StepDefinition<TState>> Definitions => _steps;

    internal TimeSpan? DeadlineAfter { get; private set; }

    internal Func<SagaTransaction<TState>, CancellationToken, Task>? Completed { get; private set; }

    internal Func<SagaTransaction<TState>, CancellationToken, Task>? Compensated { get; private set; }

    /// <summary>Adds a step.</summary>
    /// <param name="name">Unique in the saga and stable: the idempotency keys derive from it.</param>
    /// <param name="action">Called at least once, always with the same key.</param>
    /// <param name="compensate">Undoes what the action did or may have done; throwing means not undone yet. None: the action has
    /// no effect that must be undone.</param>
    /// <param name="retry">How many times an unknown outcome is asked for again. Default: <see cref="StepRetry.Default"/>.</param>
    /// <param name="timeout">How long one call may take; then its outcome is unknown. Default: <see cref="SagaOptions.StepTimeout"/>.</param>
    public SagaSteps<TState> Step(
        string name,
        Func<StepContext<TState>, CancellationToken, Task<StepOutcome>> action,
        Func<CompensationContext<TState>, CancellationToken, Task>? compensate = null,
        StepRetry? retry = null,
        TimeSpan? timeout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(action);
        _steps.Add(new StepDefinition<TState>(name, SagaStepKind.Compensatable) { Action = action, Compensate = compensate, Retry = retry, Timeout = timeout });
        return this;
    }

    /// <summary>Adds a step of work in the saga's own database: it commits with its outcome, so it is done exactly once and needs
    /// no key. No calls to others in it.</summary>
    /// <param name="name">Unique in the saga and stable.</param>
    /// <param name="work">Writes through the transaction of its context. Throwing, and any outcome but success, rolls the writes back.</param>
    /// <param name="compensate">Undoes it; an ordinary compensation.</param>
    public SagaSteps<TState> LocalStep(
        string name,
        Func<SagaTransaction<TState>, CancellationToken, Task<StepOutcome>> work,
        Func<CompensationContext<TState>, CancellationToken, Task>? compensate = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(work);
        _steps.Add(new StepDefinition<TState>(name, SagaStepKind.Local) { Local = work, Compensate = compensate });
        return this;
    }

    /// <summary>The step before is retried until it succeeds; from it on the saga only goes forward. It must not be able to be rejected for good.</summary>
    public SagaSteps<TState> Retriable() => Mark(SagaStepKind.Retriable);

    /// <summary>The step before is the point of no return: a rejection undoes what came before it, an unknown outcome is asked for until it is known.</summary>
    public SagaSteps<TState> Pivot() => Mark(SagaStepKind.Pivot);

    /// <summary>Before the step before is given up, its outcome is asked for in another way, with the same key.</summary>
    /// <param name="query">Answers <see cref="StepOutcome.Success(string?)"/>, <see cref="StepOutcome.Rejected"/> (and then nothing may happen later)
    /// or throws when it does not know.</param>
    /// <remarks>Not for a local step, whose outcome is never unknown: the definition is refused.</remarks>
    public SagaSteps<TState> QueryOutcome(Func<StepContext<TState>, CancellationToken, Task<StepOutcome>> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        Last().Query = query;
        return this;
    }

    /// <summary>How long the saga may take. Before the point of no return it is then undone; after it, it needs attention and continues.
    /// Default: as long as it takes.</summary>
    public SagaSteps<TState> Deadline(TimeSpan after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(after, TimeSpan.Zero);
        DeadlineAfter = after;
        return this;
    }

    /// <summary>What is written and published together with the end of a saga whose steps have all succeeded.</summary>
    /// <param name="work">Runs in the transaction that ends the saga. Throwing rolls it back; it is retried.</param>
    public SagaSteps<TState> OnCompleted(Func<SagaTransaction<TState>, CancellationToken, Task> work)
    {
        Completed = work;
        return this;
    }

    /// <summary>What is published together with the end of a saga whose steps have all succeeded.</summary>
    public SagaSteps<TState> OnCompleted(Action<SagaTransaction<TState>> work) => OnCompleted(Async(work));

    /// <summary>What is written and published together with the end of a saga that was undone; <see cref="SagaTransaction{TState}.Reason"/> says why.</summary>
    /// <param name="work">Runs in the transaction that ends the saga. Throwing rolls it back; it is retried. Not run again when a late
    /// report has a step undone after the end.</param>
    public SagaSteps<TState> OnCompensated(Func<SagaTransaction<TState>, CancellationToken, Task> work)
    {
        Compensated = work;
        return this;
    }

    /// <summary>What is published together with the end of a saga that was undone.</summary>
    public SagaSteps<TState> OnCompensated(Action<SagaTransaction<TState>> work) => OnCompensated(Async(work));

    private static Func<SagaTransaction<TState>, CancellationToken, Task> Async(Action<SagaTransaction<TState>> work) => (transaction, _) =>
    {
        work(transaction);
        return Task.CompletedTask;
    };

    private SagaSteps<TState> Mark(SagaStepKind kind)
    {
        var last = Last();
        if (last.Kind != SagaStepKind.Compensatable || last.Compensate is not null)
        {
            throw new InvalidOperationException($"Step '{last.Name}' has a compensation, is local or is marked already: it cannot be {kind}.");
        }

        last.Kind = kind;
        return this;
    }

    private StepDefinition<TState> Last()
        => _steps is [.., var last] ? last : throw new InvalidOperationException("There is no step before this; begin with Step(…).");
}
