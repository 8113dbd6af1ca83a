namespace TechCorp.Resilience;

/// <summary>A delegate that returns a <see cref="Task{TResult}"/>.</summary>
internal readonly struct TaskOperation<TState, TResult>(Func<TState, CancellationToken, Task<TResult>> operation, TState state)
    : IOperation<TaskOperation<TState, TResult>, TResult>
{
    public ValueTask<TResult> InvokeAsync(int attempt, CancellationToken cancellationToken)
        => new(operation(state, cancellationToken) ?? throw new InvalidOperationException("The operation returned null instead of a task."));
}
