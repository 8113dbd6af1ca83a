using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>
/// Runs calls through the stages of one pipeline. A call whose operation completes synchronously with success allocates nothing, reads no clock (unless
/// there is a deadline) and returns the operation's own task; every other call continues in <c>ContinueAsync</c>.
/// </summary>
/// <remarks>
/// No caller gets a task that is used again: one that waits for a pooled task with <c>GetResult</c>, or takes it twice, would get the result of another call.
/// So the pooled state machines are inside, each awaited once, and <c>Preserve</c> or a plain asynchronous method stands before every caller. In the same way
/// the task of an operation is preserved before it is awaited: a source that breaks its rules then fails its own call only.
/// </remarks>
internal sealed class PipelineExecutor
{
    private readonly MonotonicClock _clock;
    private readonly TimeLimits _limits;
    private readonly bool _hasDeadline;
    private readonly bool _hasEdge; // a deadline or a concurrency limit: one question for calls that have neither
    private readonly ConcurrencyStage? _concurrency;
    private readonly RetryOnlyStage? _retryOnly;
    private readonly bool _goesApart; // an edge, or retries only: one question again
    private readonly AttemptTimerPool? _timers;
    private readonly PipelineEvents _events;
    private readonly OperationCallbacks _callbacks;
    private readonly AttemptCompletion _completion;
    private readonly RetryStage _retry;
    private readonly RetryBudget? _budget;
    private readonly FallbackStage _fallback;
    internal readonly bool MayFollow; // an attempt or a fallback, after a failed attempt

    internal PipelineExecutor(PipelineStages stages)
    {
        stages.ThrowIfInvalid();
        Name = stages.Name;
        Circuit = stages.FindCircuit();
        _clock = new MonotonicClock(stages.TimeProvider);
        _limits = new TimeLimits(_clock, stages.Timeout?.Timeout ?? Timeout.InfiniteTimeSpan, stages.Deadline);
        _hasDeadline = _limits.HasDeadline;
        _concurrency = stages.Limiter is { } limiter ? new ConcurrencyStage(this, limiter, _limits, _clock, stages.Deadline) : null;
        _hasEdge = _hasDeadline || _concurrency is not null;
        _timers = _limits.HasNone ? null : new AttemptTimerPool(_clock);
        var retry = stages.Retry?.Copy();
        _events = new PipelineEvents(Name, stages.Logger, retry);
        _callbacks = new OperationCallbacks(_events, retry);
        var classifier = new OutcomeClassifier(Name, stages.Outcomes?.Copy() ?? new OutcomeRules(), _callbacks, _events);
        _completion = new AttemptCompletion(_limits, _timers, stages.Timeout?.Mode == TimeoutMode.Abandon, classifier, _callbacks);
        _retry = new RetryStage(retry, Circuit, _limits, _callbacks);
        _budget = retry?.Budget;
        MaxAttempts = retry?.MaxAttempts ?? 1;
        MayFollow = retry is not null || stages.FallbackOnFailure;
        _fallback = new FallbackStage(stages.FallbackOnFailure, _callbacks);
        _retryOnly = retry is null || Circuit is not null || _timers is not null || _hasEdge ? null : new RetryOnlyStage(this, _budget);
        _goesApart = _hasEdge || _retryOnly is not null;
    }

    internal string Name { get; }

    internal Circuit? Circuit { get; }

    internal int MaxAttempts { get; }

    internal ConcurrencyLimiter? Limiter => _concurrency?.Limiter;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ValueTask<TResult> InvokeAsync<TOperation, TResult>(TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        }

        var startedAt = 0L;
        if (_goesApart)
        {
            if (_retryOnly is not null)
            {
                return _retryOnly.InvokeAsync<TOperation, TResult>(in operation, cancellationToken);
            }

            if (_concurrency is not null)
            {
                return _concurrency.InvokeAsync<TOperation, TResult>(in operation, cancellationToken);
            }

            startedAt = _clock.Now;
        }

        CircuitPermit permit = default;
        if (Circuit is not null && !Circuit.TryEnter(out permit, out var rejection))
        {
            return RejectAsync<TOperation, TResult>(in operation, rejection, startedAt, cancellationToken);
        }

        var context = MayFollow ? ExecutionContext.Capture() : null;
        var pending = Start<TOperation, TResult>(in operation, 1, startedAt, out var timer, cancellationToken);
        if (!TOperation.ClassifiesResults && pending.IsCompletedSuccessfully)
        {
            Succeed(permit, timer);
            return pending.Preserve();
        }

        CallerFlow.Restore(context);
        return FinishAsync<TOperation, TResult>(in operation, pending, permit, timer, startedAt, cancellationToken);
    }

    internal ValueTask<Outcome<TResult>> TryInvokeAsync<TOperation, TResult>(TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new(Outcome<TResult>.Canceled(new OperationCanceledException(cancellationToken), cancellationToken));
        }

        var startedAt = 0L;
        if (_hasEdge)
        {
            if (_concurrency is not null)
            {
                return _concurrency.TryInvokeAsync<TOperation, TResult>(in operation, cancellationToken).Preserve();
            }

            startedAt = _clock.Now;
        }

        CircuitPermit permit = default;
        if (Circuit is not null && !Circuit.TryEnter(out permit, out var rejection))
        {
            return !_retry.WaitsForCircuit && !TOperation.HasFallback(in operation)
                ? new(Outcome<TResult>.Rejected(rejection))
                : ContinueAsync(operation, new RunningAttempt<TResult>(rejection), startedAt, cancellationToken).Preserve();
        }

        var context = MayFollow ? ExecutionContext.Capture() : null;
        var pending = Start<TOperation, TResult>(in operation, 1, startedAt, out var timer, cancellationToken);
        if (!TOperation.ClassifiesResults && pending.IsCompletedSuccessfully)
        {
            var value = pending.Result;
            Succeed(permit, timer);
            return new(Outcome<TResult>.Success(value));
        }

        CallerFlow.Restore(context);
        return ContinueAsync(operation, new RunningAttempt<TResult>(pending, permit, timer), startedAt, cancellationToken).Preserve();
    }

    internal ValueTask<Outcome<TResult>> FallBackAsync<TOperation, TResult>(
        TOperation operation,
        Outcome<TResult> outcome,
        bool failed,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
        => _fallback.EndAsync(operation, outcome, failed, cancellationToken);

    internal static ValueTask Forget(ValueTask<NoResult> pending) => pending.IsCompletedSuccessfully ? default : new(pending.AsTask());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Succeed(CircuitPermit permit, AttemptTimer? timer)
    {
        if (Circuit is not null)
        {
            permit.RecordSuccess();
        }

        if (timer is not null)
        {
            _timers!.Return(timer);
        }

        _budget?.OnSuccess();
    }

    internal ValueTask<TResult> Start<TOperation, TResult>(
        in TOperation operation,
        int number,
        long startedAt,
        out AttemptTimer? timer,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        timer = null;
        ref var same = ref Unsafe.AsRef(in operation); // calling it through 'in' would copy it: the compiler cannot know that it is readonly
        try
        {
            if (_timers is null)
            {
                return same.InvokeAsync(number, cancellationToken);
            }

            timer = _timers.Rent(cancellationToken);
            if (TOperation.Blocks(in operation))
            {
                _limits.Arm(timer, startedAt);
            }

            return same.InvokeAsync(number, timer.Token);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<TResult>(exception);
        }
    }

    // Not inlined: what only a rejected or suspended call needs would be cleared on the stack of every call.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<TResult> RejectAsync<TOperation, TResult>(
        in TOperation operation,
        CircuitRejection rejection,
        long startedAt,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
        => UnwrapAsync(ContinueAsync(operation, new RunningAttempt<TResult>(rejection), startedAt, cancellationToken));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<TResult> FinishAsync<TOperation, TResult>(
        in TOperation operation,
        ValueTask<TResult> pending,
        CircuitPermit permit,
        AttemptTimer? timer,
        long startedAt,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
        => UnwrapAsync(ContinueAsync(operation, new RunningAttempt<TResult>(pending, permit, timer), startedAt, cancellationToken));

    /// <summary>Finishes the first attempt of a call that was suspended, failed or was rejected, and makes the attempts that follow.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Outcome<TResult>> ContinueAsync<TOperation, TResult>(
        TOperation operation,
        RunningAttempt<TResult> running,
        long startedAt,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        Exception? lastFailure = null;
        var context = MayFollow ? ExecutionContext.Capture() : null;
        for (int rounds = 1, number = 1; ; rounds++)
        {
            var ended = running.IsRejected
                ? EndedAttempt<TResult>.Rejected(running.Rejection, lastFailure)
                : await _completion.FinishAsync(operation, running, startedAt, cancellationToken).ConfigureAwait(false);
            if (ended.Outcome.Status == OutcomeStatus.Success)
            {
                _budget?.OnSuccess();
                return ended.Outcome;
            }

            var isRetry = !running.IsRejected || number > 1; // else the first attempt is still to come
            var stop = _retry.Decide(in operation, in ended, rounds, isRetry, startedAt, out var outcome, out var delay);
            if (stop != RetryStop.None)
            {
                _events.RetryStopped(running.IsRejected ? null : number, stop, outcome.Status, ended.Evidence);
                CallerFlow.Restore(context);
                return await _fallback.EndAsync(operation, outcome, ended.IsFailure, cancellationToken).ConfigureAwait(false);
            }

            if (!running.IsRejected)
            {
                _events.Retrying(number, delay, outcome.Exception, ended.Evidence);
                lastFailure = ended.Evidence;
                number++;
                _callbacks.Discard(in operation, in outcome);
            }

            await RetryWait.WaitAsync(delay, TOperation.Blocks(in operation), _clock.Provider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                _retry.ReturnToken(isRetry);
                return CanceledWhileWaiting<TResult>(number, lastFailure, cancellationToken);
            }

            CallerFlow.Restore(context);
            running = Begin<TOperation, TResult>(in operation, number, startedAt, cancellationToken);
            CallerFlow.Restore(context);
            _retry.ReturnToken(isRetry && running.IsRejected);
        }
    }

    internal RunningAttempt<TResult> Begin<TOperation, TResult>(in TOperation operation, int number, long startedAt, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        CircuitPermit permit = default;
        if (Circuit is not null && !Circuit.TryEnter(out permit, out var rejection))
        {
            return new RunningAttempt<TResult>(rejection);
        }

        var pending = Start<TOperation, TResult>(in operation, number, startedAt, out var timer, cancellationToken);
        return new RunningAttempt<TResult>(pending, permit, timer);
    }

    private Outcome<TResult> CanceledWhileWaiting<TResult>(int number, Exception? lastFailure, CancellationToken cancellationToken)
        => Outcome<TResult>.Canceled(new OperationCanceledException($"'{Name}' was canceled while it waited for attempt {number}.", lastFailure,
            cancellationToken), cancellationToken);

    // Not pooled: its task is the caller's.
    internal static async ValueTask<TResult> UnwrapAsync<TResult>(ValueTask<Outcome<TResult>> pending)
        => (await pending.ConfigureAwait(false)).GetValueOrThrow();
}
