namespace TechCorp.Resilience;

/// <summary>Classifies what an attempt returned or threw: success, failure, or nothing about the dependency.</summary>
internal sealed class OutcomeClassifier(string name, OutcomeRules rules, OperationCallbacks callbacks, PipelineEvents events)
{
    internal EndedAttempt<TResult> Classify<TOperation, TResult>(in TOperation operation, TResult value)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            return TOperation.IsFailure(in operation, value)
                ? new(Outcome<TResult>.Failure(value), OutcomeClass.Failure, new FailedResultException(name, callbacks.Explain(in operation, value)))
                : new(Outcome<TResult>.Success(value), OutcomeClass.Success);
        }
        catch (Exception exception)
        {
            var unseen = Outcome<TResult>.Success(value);
            callbacks.Discard(in operation, in unseen);
            return EndedAttempt<TResult>.Unclassified(exception);
        }
    }

    internal EndedAttempt<TResult> Classify<TResult>(Exception exception, AttemptTimer? timer, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException canceled)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return new(Outcome<TResult>.Canceled(canceled, cancellationToken), OutcomeClass.Neutral);
            }

            if (timer is { HasFired: true })
            {
                events.TimedOut(timer.Limit);
                exception = new TimeoutRejectedException(name, timer.Limit, canceled);
            }
        }

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
