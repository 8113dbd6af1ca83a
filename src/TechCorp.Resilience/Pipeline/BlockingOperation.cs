namespace TechCorp.Resilience;

/// <summary>A delegate that holds its thread until it is done.</summary>
internal readonly struct BlockingOperation<TState, TResult>(Func<TState, CancellationToken, TResult> operation, TState state)
    : IOperation<BlockingOperation<TState, TResult>, TResult>
{
    public static bool Blocks(in BlockingOperation<TState, TResult> operation) => true;

    public ValueTask<TResult> InvokeAsync(int attempt, CancellationToken cancellationToken) => new(operation(state, cancellationToken));
}
