using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>A delegate that returns a <see cref="ValueTask{TResult}"/>, with or without a fallback.</summary>
internal readonly struct AsyncOperation<TState, TResult>(
    Func<TState, CancellationToken, ValueTask<TResult>> operation,
    Func<TState, Exception?, CancellationToken, ValueTask<TResult>>? fallback,
    TState state) : IOperation<AsyncOperation<TState, TResult>, TResult>
{
    private readonly Func<TState, Exception?, CancellationToken, ValueTask<TResult>>? _fallback = fallback;
    private readonly TState _state = state;

    public static bool HasFallback(in AsyncOperation<TState, TResult> operation) => operation._fallback is not null;

    public static ValueTask<TResult> FallBackAsync(in AsyncOperation<TState, TResult> operation, Exception? reason, CancellationToken cancellationToken)
        => operation._fallback!(operation._state, reason, cancellationToken);

    // Not inlined: in the executor's try block the returned value would go through memory field by field, which costs more than the call.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<TResult> InvokeAsync(int attempt, CancellationToken cancellationToken) => operation(_state, cancellationToken);
}
