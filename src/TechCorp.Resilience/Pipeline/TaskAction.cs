namespace TechCorp.Resilience;

/// <summary>A delegate that returns a <see cref="Task"/> without a result.</summary>
internal readonly struct TaskAction<TState>(Func<TState, CancellationToken, Task> operation, TState state) : IOperation<TaskAction<TState>, NoResult>
{
    public ValueTask<NoResult> InvokeAsync(int attempt, CancellationToken cancellationToken)
        => FinishAsync(operation(state, cancellationToken) ?? throw new InvalidOperationException("The operation returned null instead of a task."));

    private static async ValueTask<NoResult> FinishAsync(Task pending)
    {
        await pending.ConfigureAwait(false);
        return default;
    }
}
