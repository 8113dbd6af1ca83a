namespace TechCorp.Resilience;

/// <summary>A delegate that returns a <see cref="ValueTask"/> without a result.</summary>
internal readonly struct AsyncAction<TState>(Func<TState, CancellationToken, ValueTask> operation, TState state) : IOperation<AsyncAction<TState>, NoResult>
{
    public ValueTask<NoResult> InvokeAsync(int attempt, CancellationToken cancellationToken)
    {
        var pending = operation(state, cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return FinishAsync(pending.Preserve());
        }

        pending.GetAwaiter().GetResult();
        return default;
    }

    private static async ValueTask<NoResult> FinishAsync(ValueTask pending)
    {
        await pending.ConfigureAwait(false);
        return default;
    }
}
