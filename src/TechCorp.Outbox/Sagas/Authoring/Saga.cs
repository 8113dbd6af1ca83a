namespace TechCorp.Outbox;

/// <summary>A business transaction over several services: steps in order, each with an action and, where it has one, a
/// compensation. Derive from it and override <see cref="Define"/>.</summary>
/// <remarks>
/// <para>
/// Each run creates an instance in its own scope, so it may take scoped dependencies by constructor; it keeps
/// nothing between steps but <typeparamref name="TState"/>.
/// </para>
/// <para>
/// Actions and compensations are called at least once: pass the idempotency key of the context to the service that you call. An action that throws has
/// not failed: its outcome is unknown. It is called again with the same key, and when its attempts are used up it is compensated like an action that
/// succeeded. Only <see cref="StepOutcome.Rejected"/> says that nothing happened.
/// </para>
/// </remarks>
/// <typeparam name="TState">What the saga remembers, kept as JSON. A record suits.</typeparam>
public abstract class Saga<TState>
    where TState : class
{
    /// <summary>The name that instances are stored under. Default: the name of the class; name it before you rename the class.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>
    /// Grows when the steps change. Instances finish on the version that they were started with: keep the old class registered, with the same
    /// <see cref="Name"/>, until none is left. Default: 1.
    /// </summary>
    public virtual int Version => 1;

    /// <summary>Names the steps in order. Called for each run: no I/O, always the same steps.</summary>
    protected abstract void Define(SagaSteps<TState> steps);

    internal SagaSteps<TState> Steps()
    {
        var steps = new SagaSteps<TState>();
        Define(steps);
        return steps;
    }
}
