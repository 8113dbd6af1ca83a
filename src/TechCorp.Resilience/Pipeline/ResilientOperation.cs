namespace TechCorp.Resilience;

/// <summary>
/// An operation with what a pipeline can know about it: which results are failures, what to do instead, whether it may be repeated.
/// Make it once (a static field) and pass the state of each call.
/// </summary>
/// <typeparam name="TState">What each call passes to the operation.</typeparam>
/// <typeparam name="TResult">What the operation returns.</typeparam>
public sealed class ResilientOperation<TState, TResult>
{
    /// <summary>Describes an operation.</summary>
    /// <param name="operation">Called once for each attempt. Must be thread-safe if calls overlap.</param>
    public ResilientOperation(Func<TState, Attempt, ValueTask<TResult>> operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Operation = operation;
    }

    /// <summary>Called once for each attempt.</summary>
    public Func<TState, Attempt, ValueTask<TResult>> Operation { get; }

    /// <summary>Whether a result counts as a failure: the circuit counts it, a retry may follow. Default: no result does.</summary>
    public Func<TResult, bool>? IsFailure { get; init; }

    /// <summary>
    /// A few words about a failing result, for the log and as evidence of why a circuit opened: a status, never content or secrets. Called once for each
    /// failing result.
    /// Default: none, and the evidence only says that a result counted as a failure.
    /// </summary>
    public Func<TResult, string?>? Explain { get; init; }

    /// <summary>The wait that a failing result asks for, a lower bound of the back-off. Default: none asks.</summary>
    public Func<TResult, TimeSpan?>? RetryAfter { get; init; }

    /// <summary>Called with each result that no caller gets: a failing one before the next attempt, a late one of an abandoned
    /// attempt. Default: disposes it.</summary>
    public Action<TResult>? Discard { get; init; }

    /// <summary>What to do instead when the circuit is open; its outcome is the outcome of the call and is not recorded.</summary>
    /// <remarks>
    /// <see cref="ResiliencePipelineOptions.FallbackOnFailure"/> extends it to failures. The exception is the reason, or <see langword="null"/> when a failing
    /// result is. Default: no fallback.
    /// </remarks>
    public Func<TState, Exception?, CancellationToken, ValueTask<TResult>>? Fallback { get; init; }

    /// <summary>Whether running the operation twice could do harm. Then it is retried only if the call has an idempotency key. Default: no.</summary>
    public bool IsUnsafe { get; init; }

    /// <summary>Whether this call may be repeated. Called after a failure that could be retried; when it throws, that is reported and
    /// the call is not repeated. Default: it may.</summary>
    public Func<TState, bool>? MayRepeat { get; init; }

    /// <summary>Finds the idempotency key in the state of the call. Called once for each call, before anything else; what it throws is
    /// the outcome of the call. Default: none.</summary>
    public Func<TState, string?>? IdempotencyKey { get; init; }
}
