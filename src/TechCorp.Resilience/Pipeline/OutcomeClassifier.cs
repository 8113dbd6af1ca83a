namespace TechCorp.Resilience;

/// <summary>Classifies what an attempt returned or threw: success, failure, or nothing about the dependency.</summary>
/// <remarks>
/// Only a success is judged by itself. An operation may report a cancellation as it likes (with an exception of a driver, with several in one, with a failing
/// result), so what counts is the token: after the caller has canceled, nothing else says anything about the dependency; after the limit has passed, all else
/// is a timeout.
/// </remarks>
internal sealed class OutcomeClassifier(string name, OutcomeRules rules, OperationCallbacks callbacks, PipelineEvents events)
{
    internal EndedAttempt<TResult> Classify<TOperation, TResult>(
        in TOperation operation,
        TResult value,
        AttemptTimer? timer,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        Exception failure;
        try
        {
            if (!TOperation.IsFailure(in operation, value))
            {
                return new(Outcome<TResult>.Success(value), OutcomeClass.Success);
            }

            var failed = new FailedResultException(name, callbacks.Explain(in operation, value));
            if (!cancellationToken.IsCancellationRequested && timer is not { HasFired: true })
            {
                return new(Outcome<TResult>.Failure(value), OutcomeClass.Failure, failed);
            }

            failure = failed;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        var unseen = Outcome<TResult>.Success(value);
        callbacks.Discard(in operation, in unseen);
        return Interrupted<TResult>(failure, timer, cancellationToken) ?? EndedAttempt<TResult>.Unclassified(failure);
    }

    internal EndedAttempt<TResult> Classify<TResult>(Exception exception, AttemptTimer? timer, CancellationToken cancellationToken)
        => Interrupted<TResult>(exception, timer, cancellationToken) ?? ByRules<TResult>(exception);

    /// <summary>How an attempt ends that did not succeed after its caller had canceled or its limit had passed; none when it was not interrupted.</summary>
    private EndedAttempt<TResult>? Interrupted<TResult>(Exception exception, AttemptTimer? timer, CancellationToken cancellationToken)
    {
        if (OutcomeRules.IsFatal(exception))
        {
            return null;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return new(Outcome<TResult>.Canceled(exception, cancellationToken), OutcomeClass.Neutral);
        }

        if (timer is not { HasFired: true })
        {
            return null;
        }

        events.TimedOut(timer.Limit);
        return ByRules<TResult>(new TimeoutRejectedException(name, timer.Limit, exception));
    }

    private EndedAttempt<TResult> ByRules<TResult>(Exception exception)
    {
        try
        {
            return new(Outcome<TResult>.Failure(exception), rules.Classify(exception));
        }
        catch (Exception ruleException)
        {
            return EndedAttempt<TResult>.Unclassified(ruleException);
        }
    }
}
