namespace TechCorp.Resilience;

/// <summary>Decides after an attempt that did not succeed whether another one follows, and when.</summary>
internal sealed class RetryStage(RetryOptions? options, Circuit? circuit, TimeLimits limits, OperationCallbacks callbacks)
{
    private readonly RetryPlan? _plan = options is null ? null : new RetryPlan(options);

    internal bool WaitsForCircuit => options is { WaitForCircuit: true };

    /// <param name="operation">The operation.</param>
    /// <param name="ended">How the last attempt ended.</param>
    /// <param name="rounds">Attempts and waits for the circuit so far.</param>
    /// <param name="isRetry">Whether the next attempt is a retry, which takes a token of the budget.</param>
    /// <param name="startedAt">When the call started.</param>
    /// <param name="outcome">How the call ends if no attempt follows: a rejection when the circuit would reject the next one.</param>
    /// <param name="delay">The wait before the next attempt, when the answer is <see cref="RetryStop.None"/>.</param>
    internal RetryStop Decide<TOperation, TResult>(
        in TOperation operation,
        in EndedAttempt<TResult> ended,
        int rounds,
        bool isRetry,
        long startedAt,
        out Outcome<TResult> outcome,
        out TimeSpan delay)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        delay = default;
        outcome = ended.Outcome;
        if (ended.Outcome.Status == OutcomeStatus.Failure)
        {
            outcome = outcome.WithRetryAfter(callbacks.RetryAfter(in operation, in outcome));
        }

        var stop = Veto(in operation, in ended);
        if (stop != RetryStop.None)
        {
            return stop;
        }

        var rejected = outcome.Status == OutcomeStatus.Rejected;
        var ahead = circuit?.SureRejection() ?? default;
        stop = _plan!.Decide(rounds, rejected ? null : outcome.RetryAfter, ahead.RetryAfter, limits.TimeLeft(startedAt), out delay, isRetry);
        if (stop == RetryStop.CircuitOpen && !rejected)
        {
            callbacks.Discard(in operation, in outcome);
            outcome = Outcome<TResult>.Rejected(ahead, ended.Evidence);
        }

        return stop;
    }

    /// <summary>Returns the token of a retry that was decided but not made.</summary>
    internal void ReturnToken(bool taken)
    {
        if (taken)
        {
            options?.Budget?.GiveBack();
        }
    }

    /// <summary>What forbids another attempt, whatever its time.</summary>
    private RetryStop Veto<TOperation, TResult>(in TOperation operation, in EndedAttempt<TResult> ended)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var rejected = ended.Outcome.Status == OutcomeStatus.Rejected;
        return _plan is null || (!rejected && ended.Class != OutcomeClass.Failure) ? RetryStop.NotRetryable
            : rejected && !WaitsForCircuit ? RetryStop.CircuitOpen
            : !rejected && !callbacks.MayRepeat<TOperation, TResult>(in operation) ? RetryStop.NotRepeatable
            : RetryStop.None;
    }
}
