using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>Runs calls that need a permit of a concurrency limit: takes it, or waits for it, and gives it back when the call has ended.</summary>
internal sealed class ConcurrencyStage(PipelineExecutor executor, ConcurrencyLimiter limiter, TimeLimits limits, MonotonicClock clock, TimeSpan? deadline)
{
    internal ConcurrencyLimiter Limiter => limiter;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ValueTask<TResult> InvokeAsync<TOperation, TResult>(in TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var startedAt = deadline is null ? 0 : clock.Now;
        if (!limiter.TryTake())
        {
            return PipelineExecutor.UnwrapAsync(QueueAsync<TOperation, TResult>(operation, startedAt, cancellationToken));
        }

        CircuitPermit permit = default;
        if (executor.Circuit is { } circuit && !circuit.TryEnter(out permit, out var rejection))
        {
            return FinishAsync(in operation, new RunningAttempt<TResult>(rejection), startedAt, cancellationToken);
        }

        var context = executor.MayFollow ? ExecutionContext.Capture() : null;
        var pending = executor.Start<TOperation, TResult>(in operation, 1, startedAt, out var timer, cancellationToken);
        var succeeded = false;
        try
        {
            succeeded = !TOperation.ClassifiesResults && pending.IsCompletedSuccessfully;
        }
        catch (InvalidOperationException)
        {
            // A source that breaks its rules: the completion finds that out too, and then the permit is given back.
        }

        if (succeeded)
        {
            executor.Succeed(permit, timer);
            limiter.Return();
            return pending.Preserve();
        }

        CallerFlow.Restore(context);
        return FinishAsync(in operation, new RunningAttempt<TResult>(pending, permit, timer), startedAt, cancellationToken);
    }

    /// <returns>To be awaited once.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ValueTask<Outcome<TResult>> TryInvokeAsync<TOperation, TResult>(in TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var startedAt = deadline is null ? 0 : clock.Now;
        return limiter.TryTake()
            ? RunAsync<TOperation, TResult>(in operation, startedAt, cancellationToken)
            : QueueAsync<TOperation, TResult>(operation, startedAt, cancellationToken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<TResult> FinishAsync<TOperation, TResult>(
        in TOperation operation,
        RunningAttempt<TResult> running,
        long startedAt,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
        => UnwrapHeldAsync(executor.ContinueAsync(operation, running, startedAt, cancellationToken));

    /// <summary>Runs a call that has its permit, and gives the permit back.</summary>
    private ValueTask<Outcome<TResult>> RunAsync<TOperation, TResult>(in TOperation operation, long startedAt, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var context = executor.MayFollow ? ExecutionContext.Capture() : null;
        var running = executor.Begin<TOperation, TResult>(in operation, 1, startedAt, cancellationToken);
        TResult? value = default;
        if (TOperation.ClassifiesResults || running.IsRejected || !TryGetResult(running.Pending, ref value))
        {
            CallerFlow.Restore(context);
            return HoldAsync(executor.ContinueAsync(operation, running, startedAt, cancellationToken));
        }

        executor.Succeed(running.Permit, running.Timer);
        limiter.Return();
        return new(Outcome<TResult>.Success(value!));
    }

    /// <summary>False also for a source that breaks its rules by throwing.</summary>
    private static bool TryGetResult<TResult>(ValueTask<TResult> pending, ref TResult? value)
    {
        try
        {
            if (!pending.IsCompletedSuccessfully)
            {
                return false;
            }

            value = pending.Result;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // Not pooled: its task is the caller's.
    private async ValueTask<TResult> UnwrapHeldAsync<TResult>(ValueTask<Outcome<TResult>> pending)
    {
        try
        {
            return (await pending.ConfigureAwait(false)).GetValueOrThrow();
        }
        finally
        {
            limiter.Return();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> HoldAsync<TResult>(ValueTask<Outcome<TResult>> pending)
    {
        try
        {
            return await pending.ConfigureAwait(false);
        }
        finally
        {
            limiter.Return();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> QueueAsync<TOperation, TResult>(TOperation operation, long startedAt, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var reason = await WaitAsync(TOperation.Blocks(in operation), startedAt, cancellationToken).ConfigureAwait(false);
        var outcome = reason switch
        {
            null => await RunAsync<TOperation, TResult>(in operation, startedAt, cancellationToken).ConfigureAwait(false),
            ConcurrencyLimitException rejection => Outcome<TResult>.Rejected(rejection),
            OperationCanceledException canceled => Outcome<TResult>.Canceled(canceled, cancellationToken),
            _ => Outcome<TResult>.Failure(reason),
        };
        return reason is null
            ? outcome
            : await executor.FallBackAsync(operation, outcome, outcome.Status == OutcomeStatus.Failure, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for a permit that was not free.</summary>
    /// <returns>Why the call is not made; <see langword="null"/> when it has its permit.</returns>
    private async ValueTask<Exception?> WaitAsync(bool blocks, long startedAt, CancellationToken cancellationToken)
    {
        if (!limiter.Wait(blocks, out var waiter))
        {
            return limiter.Rejection();
        }

        if (waiter is null)
        {
            return null;
        }

        try
        {
            var left = deadline is null ? Timeout.InfiniteTimeSpan : limits.TimeLeft(startedAt);
            var turn = waiter.Task.WaitAsync(left, clock.Provider, cancellationToken);
            if (blocks)
            {
                turn.GetAwaiter().GetResult(); // holds the caller's thread, as all waits of a blocking call do
            }

            await turn.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException canceled)
        {
            limiter.GiveUp(waiter);
            return new OperationCanceledException($"'{limiter.Name}' was canceled while it waited for a permit.", canceled, cancellationToken);
        }
        catch (TimeoutException)
        {
            limiter.GiveUp(waiter);
            return new TimeoutRejectedException(limiter.Name, deadline!.Value);
        }
    }
}
