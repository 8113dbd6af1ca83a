using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

public partial class ResiliencePipeline
{
    /// <summary>Runs an operation. A static delegate and a state allocate nothing.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call: attempt, wait and all.</param>
    /// <exception cref="CircuitOpenException">The circuit is not closed; the operation was not called.</exception>
    /// <exception cref="TimeoutRejectedException">The last attempt took too long.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    [OverloadResolutionPriority(1)]
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        Func<TState, CancellationToken, ValueTask<TResult>> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Executor.InvokeAsync<AsyncOperation<TState, TResult>, TResult>(new(operation, fallback: null, state), cancellationToken);
    }

    /// <summary>Runs an operation, or something else instead of it when the circuit is open
    /// (<see cref="ResiliencePipelineOptions.FallbackOnFailure"/>).</summary>
    /// <typeparam name="TState">What is passed to both.</typeparam>
    /// <typeparam name="TResult">What they return.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="fallback">
    /// Called with the reason; its outcome is the call's and is not recorded. What it throws carries the reason in <see cref="Exception.Data"/>
    /// under <see cref="FallbackReasonKey"/>.
    /// </param>
    /// <param name="state">Passed to both.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    [OverloadResolutionPriority(1)]
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        Func<TState, CancellationToken, ValueTask<TResult>> operation,
        Func<TState, Exception?, CancellationToken, ValueTask<TResult>> fallback,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(fallback);
        return Executor.InvokeAsync<AsyncOperation<TState, TResult>, TResult>(new(operation, fallback, state), cancellationToken);
    }

    /// <summary>Runs an operation.</summary>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    [OverloadResolutionPriority(1)]
    public ValueTask<TResult> ExecuteAsync<TResult>(
        Func<CancellationToken, ValueTask<TResult>> operation,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return ExecuteAsync(static (run, token) => run(token), operation, cancellationToken);
    }

    /// <summary>Runs an operation that returns nothing.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    [OverloadResolutionPriority(1)]
    public ValueTask ExecuteAsync<TState>(
        Func<TState, CancellationToken, ValueTask> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return PipelineExecutor.Forget(Executor.InvokeAsync<AsyncAction<TState>, NoResult>(new(operation, state), cancellationToken));
    }

    /// <summary>Runs an operation that returns nothing.</summary>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    [OverloadResolutionPriority(1)]
    public ValueTask ExecuteAsync(Func<CancellationToken, ValueTask> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return ExecuteAsync(static (run, token) => run(token), operation, cancellationToken);
    }

    /// <summary>Runs a described operation: with classified results, fallback, idempotency key.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">The description.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The value, also when it counts as a failure and no attempt is left.</returns>
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        ResilientOperation<TState, TResult> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return DescribedOperation<TState, TResult>.TryDescribe(operation, state, out var described, out var exception)
            ? Executor.InvokeAsync<DescribedOperation<TState, TResult>, TResult>(described, cancellationToken)
            : ValueTask.FromException<TResult>(exception);
    }
}
