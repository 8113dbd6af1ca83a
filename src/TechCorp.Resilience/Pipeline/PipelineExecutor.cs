using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>
/// The one executor: timeout, retry, breaker and fallback in one loop. This part is the way of a call whose operation completes synchronously with
/// success; it allocates nothing, reads no clock (unless there is a deadline) and hands out the operation's own task.
/// </summary>
internal sealed partial class PipelineExecutor
{
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly RetryPlan? _retry;
    private readonly OutcomeRules _rules;
    private readonly TimeSpan _timeout;
    private readonly bool _abandon;
    private readonly TimeSpan? _deadline;
    private readonly FallbackOn _fallbackOn;
    private readonly AttemptTimerPool? _timers;

    internal PipelineExecutor(PipelineStages stages)
    {
        stages.ThrowIfInvalid();
        Name = stages.Name;
        Circuit = stages.FindCircuit();
        _clock = new MonotonicClock(stages.TimeProvider);
        _logger = stages.Logger;
        _retry = stages.Retry is null ? null : new RetryPlan(stages.Retry.Copy());
        _rules = stages.Outcomes?.Copy() ?? new OutcomeRules();
        _timeout = stages.Timeout?.Timeout ?? Timeout.InfiniteTimeSpan;
        _abandon = stages.Timeout?.Mode == TimeoutMode.Abandon;
        _deadline = stages.Deadline;
        _fallbackOn = stages.FallbackOn;
        _timers = _timeout == Timeout.InfiniteTimeSpan && _deadline is null ? null : new AttemptTimerPool(_clock);
    }

    internal string Name { get; }

    internal Circuit? Circuit { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ValueTask<TResult> InvokeAsync<TOperation, TResult>(TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        }

        var begun = _deadline is null ? 0 : _clock.Now;
        CircuitPermit permit = default;
        if (Circuit is not null && !Circuit.TryEnter(out permit, out var rejection))
        {
            return RejectAsync<TOperation, TResult>(in operation, rejection, begun, cancellationToken);
        }

        var pending = Start<TOperation, TResult>(in operation, 1, begun, out var timer, cancellationToken);
        if (!TOperation.JudgesResults && pending.IsCompletedSuccessfully)
        {
            Succeed(permit, timer);
            return pending;
        }

        return FinishAsync<TOperation, TResult>(in operation, pending, permit, timer, begun, cancellationToken);
    }

    internal ValueTask<Outcome<TResult>> TryInvokeAsync<TOperation, TResult>(TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new(Outcome<TResult>.Canceled(new OperationCanceledException(cancellationToken)));
        }

        var begun = _deadline is null ? 0 : _clock.Now;
        CircuitPermit permit = default;
        if (Circuit is not null && !Circuit.TryEnter(out permit, out var rejection))
        {
            return _retry is not { Options.WaitForCircuit: true } && !TOperation.HasFallback(in operation)
                ? new(Outcome<TResult>.Rejected(rejection))
                : ContinueAsync(operation, new RunningAttempt<TResult>(rejection), begun, cancellationToken);
        }

        var pending = Start<TOperation, TResult>(in operation, 1, begun, out var timer, cancellationToken);
        if (!TOperation.JudgesResults && pending.IsCompletedSuccessfully)
        {
            var value = pending.Result;
            Succeed(permit, timer);
            return new(Outcome<TResult>.Success(value));
        }

        return ContinueAsync(operation, new RunningAttempt<TResult>(pending, permit, timer), begun, cancellationToken);
    }

    internal static ValueTask Forget(ValueTask<NoResult> pending)
    {
        if (!pending.IsCompletedSuccessfully)
        {
            return ForgetAsync(pending);
        }

        pending.GetAwaiter().GetResult();
        return default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Succeed(CircuitPermit permit, AttemptTimer? timer)
    {
        if (Circuit is not null)
        {
            permit.Success();
        }

        if (timer is not null)
        {
            _timers!.Return(timer);
        }

        _retry?.Options.Budget?.OnSuccess();
    }

    private RunningAttempt<TResult> Begin<TOperation, TResult>(in TOperation operation, int number, long begun, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        CircuitPermit permit = default;
        if (Circuit is not null && !Circuit.TryEnter(out permit, out var rejection))
        {
            return new RunningAttempt<TResult>(rejection);
        }

        var pending = Start<TOperation, TResult>(in operation, number, begun, out var timer, cancellationToken);
        return new RunningAttempt<TResult>(pending, permit, timer);
    }

    private ValueTask<TResult> Start<TOperation, TResult>(
        in TOperation operation,
        int number,
        long begun,
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
                Arm(timer, begun);
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
        long begun,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
        => UnwrapAsync(ContinueAsync(operation, new RunningAttempt<TResult>(rejection), begun, cancellationToken));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<TResult> FinishAsync<TOperation, TResult>(
        in TOperation operation,
        ValueTask<TResult> pending,
        CircuitPermit permit,
        AttemptTimer? timer,
        long begun,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
        => UnwrapAsync(ContinueAsync(operation, new RunningAttempt<TResult>(pending, permit, timer), begun, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ForgetAsync(ValueTask<NoResult> pending) => await pending.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<TResult> UnwrapAsync<TResult>(ValueTask<Outcome<TResult>> pending)
        => (await pending.ConfigureAwait(false)).GetValueOrThrow();
}
