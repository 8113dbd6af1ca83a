namespace TechCorp.Resilience;

public partial class ResiliencePipeline
{
    /// <summary>The key in <see cref="Exception.Data"/> under which an exception of a fallback carries the reason why the fallback ran.</summary>
    public const string FallbackReasonKey = "TechCorp.Resilience.FallbackReason";

    /// <summary>Runs an operation and says how it ended instead of throwing.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>Only exceptions of a process that is itself damaged, such as <see cref="OutOfMemoryException"/>, are thrown.</remarks>
    public ValueTask<Outcome<TResult>> TryExecuteAsync<TState, TResult>(
        Func<TState, CancellationToken, ValueTask<TResult>> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Executor.TryInvokeAsync<AsyncOperation<TState, TResult>, TResult>(new(operation, fallback: null, state), cancellationToken);
    }

    /// <summary>Runs a described operation and says how it ended instead of throwing.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">The description.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>Only exceptions of a process that is itself damaged, such as <see cref="OutOfMemoryException"/>, are thrown.</remarks>
    public ValueTask<Outcome<TResult>> TryExecuteAsync<TState, TResult>(
        ResilientOperation<TState, TResult> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return DescribedOperation<TState, TResult>.TryDescribe(operation, state, out var described, out var exception)
            ? Executor.TryInvokeAsync<DescribedOperation<TState, TResult>, TResult>(described, cancellationToken)
            : new(Outcome<TResult>.Failure(exception));
    }

    /// <summary>Runs an operation that returns a <see cref="Task{TResult}"/>.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        Func<TState, CancellationToken, Task<TResult>> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Executor.InvokeAsync<TaskOperation<TState, TResult>, TResult>(new(operation, state), cancellationToken);
    }

    /// <summary>Runs an operation that returns a <see cref="Task{TResult}"/>.</summary>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<TResult> ExecuteAsync<TResult>(Func<CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Func<Func<CancellationToken, Task<TResult>>, CancellationToken, Task<TResult>> invoke = static (run, token) => run(token);
        return ExecuteAsync(invoke, operation, cancellationToken);
    }

    /// <summary>Runs an operation that returns a <see cref="Task"/>.</summary>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask ExecuteAsync(Func<CancellationToken, Task> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        TaskAction<Func<CancellationToken, Task>> action = new(static (run, token) => run(token), operation);
        return PipelineExecutor.Forget(Executor.InvokeAsync<TaskAction<Func<CancellationToken, Task>>, NoResult>(action, cancellationToken));
    }

    /// <summary>Runs an operation on the caller's thread, which it holds; so do the waits between attempts.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public TResult Execute<TState, TResult>(
        Func<TState, CancellationToken, TResult> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var done = Executor.InvokeAsync<BlockingOperation<TState, TResult>, TResult>(new(operation, state), cancellationToken);
        System.Diagnostics.Debug.Assert(done.IsCompleted, "A blocking operation never suspends its executor.");
        return done.GetAwaiter().GetResult();
    }

    /// <summary>Runs a described operation on the caller's thread, which it holds; so do the waits between attempts.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">The description. Its delegate does its work before it returns; one that returns a pending task is waited for.</param>
    /// <param name="state">Passed to each attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public TResult Execute<TState, TResult>(
        ResilientOperation<TState, TResult> operation,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var described = new DescribedOperation<TState, TResult>(operation, state, blocks: true);
        return Executor.InvokeAsync<DescribedOperation<TState, TResult>, TResult>(described, cancellationToken).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Runs an operation on the caller's thread, which it holds; so do the waits between attempts.</summary>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public TResult Execute<TResult>(Func<CancellationToken, TResult> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Execute(static (run, token) => run(token), operation, cancellationToken);
    }

    /// <summary>Runs an operation on the caller's thread, which it holds; so do the waits between attempts.</summary>
    /// <param name="operation">Called once for each attempt, with the token of the attempt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public void Execute(Action<CancellationToken> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Execute(
            static (run, token) =>
            {
                run(token);
                return default(NoResult);
            },
            operation,
            cancellationToken);
    }
}
