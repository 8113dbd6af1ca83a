using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace TechCorp.Resilience;

/// <summary>The way of a call that suspends, fails or is rejected: finish the attempt, record it, decide, wait, begin the next.</summary>
internal sealed partial class PipelineExecutor
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> ContinueAsync<TOperation, TResult>(
        TOperation operation,
        RunningAttempt<TResult> running,
        long begun,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        Exception? lastFailure = null;
        for (int turns = 1, number = 1; ; turns++)
        {
            var ended = running.IsRejected
                ? new(Outcome<TResult>.Rejected(running.Rejection, lastFailure), new Verdict(OutcomeClass.Neutral, MayRetry: false))
                : await FinishAsync(operation, running, begun, cancellationToken).ConfigureAwait(false);
            if (ended.Outcome.Status == OutcomeStatus.Success)
            {
                _retry?.Options.Budget?.OnSuccess();
                return ended.Outcome;
            }

            var pays = !running.IsRejected || number > 1; // else the first attempt is still to come
            var stop = Decide(in operation, in ended, turns, pays, begun, out var outcome, out var delay);
            if (stop != RetryStop.None)
            {
                if (!running.IsRejected)
                {
                    NotifyStop(number, stop, ended.Evidence);
                }

                return await EndAsync(operation, outcome, ended.Verdict.Class, stop, cancellationToken).ConfigureAwait(false);
            }

            if (!running.IsRejected)
            {
                NotifyRetry(number, delay, outcome.Exception, ended.Evidence);
                lastFailure = ended.Evidence;
                number++;
                Discard(in operation, in outcome);
            }

            try
            {
                if (TOperation.Blocks(in operation))
                {
                    RetryWait.Block(delay, _clock.Provider, cancellationToken);
                }
                else
                {
                    await RetryWait.DelayAsync(delay, _clock.Provider, cancellationToken).ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                GiveBack(pays);
                return Outcome<TResult>.Canceled(new OperationCanceledException(
                    $"'{Name}' was canceled while it waited for attempt {number}.", lastFailure, cancellationToken));
            }

            running = Begin<TOperation, TResult>(in operation, number, begun, cancellationToken);
            GiveBack(pays && running.IsRejected);
        }
    }

    private void GiveBack(bool paid)
    {
        if (paid)
        {
            _retry!.Options.Budget?.GiveBack();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<EndedAttempt<TResult>> FinishAsync<TOperation, TResult>(
        TOperation operation,
        RunningAttempt<TResult> running,
        long begun,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        EndedAttempt<TResult> ended;
        try
        {
            var suspended = !running.Pending.IsCompleted;
            if (suspended && running.Timer is not null)
            {
                Arm(running.Timer, begun);
            }

            var value = suspended && _abandon && running.Timer is not null
                ? await LeaveBehindAsync(operation, running.Pending.AsTask(), running.Timer.Token).ConfigureAwait(false)
                : await running.Pending.ConfigureAwait(false);
            ended = JudgeResult(in operation, value);
        }
        catch (Exception exception)
        {
            ended = JudgeException<TResult>(exception, running.Timer, cancellationToken);
        }

        if (running.Timer is not null)
        {
            _timers!.Return(running.Timer);
        }

        if (Circuit is not null)
        {
            Record(running.Permit, ended.Verdict.Class, ended.Evidence);
        }

        return ended;
    }

    private static void Record(CircuitPermit permit, OutcomeClass outcome, Exception? cause)
    {
        _ = outcome switch
        {
            OutcomeClass.Success => permit.Success(),
            OutcomeClass.Failure => permit.Failure(cause),
            _ => permit.Neutral(),
        };
    }

    /// <summary>Waits for the operation or for its token, whichever is first. What the operation does later is observed and thrown away.</summary>
    private async ValueTask<TResult> LeaveBehindAsync<TOperation, TResult>(TOperation operation, Task<TResult> pending, CancellationToken attemptToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            return await pending.WaitAsync(attemptToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (attemptToken.IsCancellationRequested)
        {
            _ = DiscardLateAsync(operation, pending);
            throw;
        }
    }

    private async Task DiscardLateAsync<TOperation, TResult>(TOperation operation, Task<TResult> pending)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            var late = await pending.ConfigureAwait(false);
            var unseen = Outcome<TResult>.Success(late);
            Discard(in operation, in unseen);
        }
        catch (Exception)
        {
            // Awaiting it observed it; the caller has had a timeout for this attempt long ago.
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<TResult>> EndAsync<TOperation, TResult>(
        TOperation operation,
        Outcome<TResult> outcome,
        OutcomeClass outcomeClass,
        RetryStop stop,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        if (_retry is not null && outcome.Status != OutcomeStatus.Canceled)
        {
            ResilienceMetrics.RetryStopped(Name, stop);
        }

        var reason = outcome.Status == OutcomeStatus.Failure ? outcome.Exception : null;
        if (OutcomeRules.IsFatal(reason))
        {
            ExceptionDispatchInfo.Throw(reason!);
        }

        var open = outcome.Status == OutcomeStatus.Rejected || reason is CircuitOpenException;
        var failed = outcomeClass == OutcomeClass.Failure && _fallbackOn == FallbackOn.Failure;
        if (!TOperation.HasFallback(in operation) || !(open || failed))
        {
            return outcome;
        }

        reason = outcome.Exception;
        Discard(in operation, in outcome);
        try
        {
            return Outcome<TResult>.Success(await TOperation.FallBackAsync(in operation, reason, cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException canceled) when (cancellationToken.IsCancellationRequested)
        {
            return Outcome<TResult>.Canceled(CarryingToken(canceled, cancellationToken));
        }
        catch (Exception exception) when (!OutcomeRules.IsFatal(exception))
        {
            if (exception.Data is { IsReadOnly: false } data)
            {
                data[ResiliencePipeline.FallbackReasonKey] = reason;
            }

            return Outcome<TResult>.Failure(exception);
        }
    }
}
