using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What an outcome means and what follows from it.</summary>
internal sealed partial class PipelineExecutor
{
    private void Arm(AttemptTimer timer, long begun)
    {
        if (_deadline is not { } deadline)
        {
            timer.Arm(_timeout, _timeout);
            return;
        }

        var left = TimeLeft(begun);
        var deadlineIsFirst = _timeout == Timeout.InfiniteTimeSpan || left < _timeout;
        timer.Arm(deadlineIsFirst ? left : _timeout, deadlineIsFirst ? deadline : _timeout);
    }

    private TimeSpan TimeLeft(long begun)
        => _deadline is { } deadline ? _clock.Until(_clock.Add(begun, deadline), _clock.Now) : TimeSpan.MaxValue;

    private EndedAttempt<TResult> JudgeResult<TOperation, TResult>(in TOperation operation, TResult value)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            return TOperation.IsFailure(in operation, value)
                ? new(Outcome<TResult>.Failure(value), new Verdict(OutcomeClass.Failure, MayRetry: true), Explained(in operation, value))
                : new(Outcome<TResult>.Success(value), new Verdict(OutcomeClass.Success, MayRetry: false));
        }
        catch (Exception broken)
        {
            var unseen = Outcome<TResult>.Success(value);
            Discard(in operation, in unseen);
            return EndedAttempt<TResult>.Broken(broken);
        }
    }

    private FailedResultException Explained<TOperation, TResult>(in TOperation operation, TResult failure)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        string? explanation = null;
        try
        {
            explanation = TOperation.Explain(in operation, failure);
        }
        catch (Exception exception)
        {
            CallbackError.Report(_logger, _retry?.Options.OnCallbackError, exception, "Explain", Name);
        }

        return new FailedResultException(Name, explanation);
    }

    private EndedAttempt<TResult> JudgeException<TResult>(Exception exception, AttemptTimer? timer, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException canceled)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                var outcome = Outcome<TResult>.Canceled(CarryingToken(canceled, cancellationToken));
                return new(outcome, new Verdict(OutcomeClass.Neutral, MayRetry: false));
            }

            if (timer is { HasFired: true })
            {
                NotifyTimeout(timer.Limit);
                exception = new TimeoutRejectedException(Name, timer.Limit, canceled);
            }
        }

        try
        {
            return new(Outcome<TResult>.Failure(exception), _rules.Judge(exception));
        }
        catch (Exception broken)
        {
            return EndedAttempt<TResult>.Broken(broken);
        }
    }

    private static OperationCanceledException CarryingToken(OperationCanceledException canceled, CancellationToken cancellationToken)
        => canceled.CancellationToken == cancellationToken
            ? canceled
            : new OperationCanceledException(canceled.Message, canceled, cancellationToken);

    /// <param name="operation">The operation.</param>
    /// <param name="ended">How the last attempt ended.</param>
    /// <param name="turns">Attempts and waits for the circuit so far.</param>
    /// <param name="pays">Whether the next attempt is a retry.</param>
    /// <param name="begun">When the call began.</param>
    /// <param name="outcome">How the call ends if no attempt follows: a rejection when the circuit would reject the next one.</param>
    /// <param name="delay">The wait before the next attempt, when the answer is <see cref="RetryStop.None"/>.</param>
    private RetryStop Decide<TOperation, TResult>(
        in TOperation operation,
        in EndedAttempt<TResult> ended,
        int turns,
        bool pays,
        long begun,
        out Outcome<TResult> outcome,
        out TimeSpan delay)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        delay = default;
        outcome = ended.Outcome;
        var rejected = outcome.Status == OutcomeStatus.Rejected;
        if (!rejected && outcome.Status != OutcomeStatus.Canceled)
        {
            outcome = outcome.WithRetryAfter(AskedWait(in operation, in outcome));
        }

        if (_retry is null || (!rejected && !ended.Verdict.MayRetry))
        {
            return RetryStop.NotRetryable;
        }

        if (rejected && !_retry.Options.WaitForCircuit)
        {
            return RetryStop.CircuitOpen;
        }

        if (!rejected && !TOperation.MayRepeat(in operation))
        {
            return RetryStop.UnsafeWithoutKey;
        }

        var ahead = Circuit?.SureRejection() ?? default;
        var stop = _retry.Decide(turns, rejected ? null : outcome.RetryAfter, ahead.RetryAfter, TimeLeft(begun), out delay, pays);
        if (stop == RetryStop.CircuitOpen && !rejected)
        {
            Discard(in operation, in outcome);
            outcome = Outcome<TResult>.Rejected(ahead, ended.Evidence);
        }

        return stop;
    }

    private TimeSpan? AskedWait<TOperation, TResult>(in TOperation operation, in Outcome<TResult> outcome)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            var asked = outcome.HasValue
                ? TOperation.RetryAfter(in operation, outcome.Value!)
                : _retry?.Options.RetryAfter?.Invoke(outcome.Exception!);
            return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
        }
        catch (Exception exception)
        {
            CallbackError.Report(_logger, _retry?.Options.OnCallbackError, exception, "RetryAfter", Name);
            return null;
        }
    }

    private void NotifyRetry(int attempt, TimeSpan delay, Exception? exception, Exception? evidence)
    {
        ResilienceMetrics.Retried(Name);
        try
        {
            Log.Retrying(_logger, Name, attempt, delay, evidence);
        }
        catch (Exception loggerException)
        {
            CallbackError.Report(_logger, _retry!.Options.OnCallbackError, loggerException, nameof(ILogger), Name);
        }

        try
        {
            _retry!.Options.OnRetry?.Invoke(new RetryNotice(Name, attempt, delay, exception));
        }
        catch (Exception callbackException)
        {
            CallbackError.Report(_logger, _retry!.Options.OnCallbackError, callbackException, "OnRetry", Name);
        }
    }

    /// <summary>Says why a failed call gets no further attempt, where one might have been expected.</summary>
    private void NotifyStop(int attempt, RetryStop stop, Exception? evidence)
    {
        if (stop == RetryStop.NotRetryable)
        {
            return;
        }

        try
        {
            Log.RetryStopped(_logger, Name, attempt, stop, evidence);
        }
        catch (Exception loggerException)
        {
            CallbackError.Report(_logger, _retry!.Options.OnCallbackError, loggerException, nameof(ILogger), Name);
        }
    }

    private void NotifyTimeout(TimeSpan limit)
    {
        ResilienceMetrics.TimedOut(Name);
        try
        {
            Log.TimedOut(_logger, Name, limit);
        }
        catch (Exception loggerException)
        {
            CallbackError.Report(_logger, _retry?.Options.OnCallbackError, loggerException, nameof(ILogger), Name);
        }
    }

    private void Discard<TOperation, TResult>(in TOperation operation, in Outcome<TResult> outcome)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        if (!outcome.HasValue)
        {
            return;
        }

        try
        {
            TOperation.Discard(in operation, outcome.Value!);
        }
        catch (Exception exception)
        {
            CallbackError.Report(_logger, _retry?.Options.OnCallbackError, exception, "Discard", Name);
        }
    }
}
