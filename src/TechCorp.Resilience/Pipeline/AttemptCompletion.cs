using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>Awaits an attempt that did not complete synchronously with success, classifies its outcome and reports it to the circuit.</summary>
internal sealed class AttemptCompletion(
    TimeLimits limits,
    AttemptTimerPool? timers,
    bool abandonsOnTimeout,
    OutcomeClassifier classifier,
    OperationCallbacks callbacks)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<EndedAttempt<TResult>> FinishAsync<TOperation, TResult>(
        TOperation operation,
        RunningAttempt<TResult> running,
        long startedAt,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        EndedAttempt<TResult> ended;
        try
        {
            var pending = running.Pending.Preserve();
            var suspended = !pending.IsCompleted;
            if (suspended && running.Timer is not null)
            {
                limits.Arm(running.Timer, startedAt);
            }

            var value = suspended && abandonsOnTimeout && running.Timer is not null
                ? await WaitOrAbandonAsync(operation, pending.AsTask(), running.Timer.Token).ConfigureAwait(false)
                : await pending.ConfigureAwait(false);
            ended = classifier.Classify(in operation, value, running.Timer, cancellationToken);
        }
        catch (Exception exception)
        {
            ended = classifier.Classify<TResult>(exception, running.Timer, cancellationToken);
        }

        if (running.Timer is not null)
        {
            timers!.Return(running.Timer);
        }

        if (!running.Permit.IsNone)
        {
            Record(running.Permit, in ended);
        }

        return ended;
    }

    private static void Record<TResult>(CircuitPermit permit, in EndedAttempt<TResult> ended)
    {
        _ = ended.Class switch
        {
            OutcomeClass.Success => permit.RecordSuccess(),
            OutcomeClass.Neutral => permit.RecordNeutral(),
            _ => permit.RecordFailure(ended.Evidence),
        };
    }

    /// <summary>Waits for the operation or for its token, whichever is first. What the operation does later is observed and discarded.</summary>
    private async ValueTask<TResult> WaitOrAbandonAsync<TOperation, TResult>(TOperation operation, Task<TResult> pending, CancellationToken attemptToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            return await pending.WaitAsync(attemptToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (attemptToken.IsCancellationRequested)
        {
            _ = DiscardLateResultAsync(operation, pending);
            throw;
        }
    }

    private async Task DiscardLateResultAsync<TOperation, TResult>(TOperation operation, Task<TResult> pending)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            var late = Outcome<TResult>.Success(await pending.ConfigureAwait(false));
            callbacks.Discard(in operation, in late);
        }
        catch (Exception)
        {
            // Awaiting it observed it; the caller of this attempt already has a timeout.
        }
    }
}
