using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace TechCorp.Resilience;

/// <summary>Ends a call that did not succeed: with the outcome of its fallback where that applies, or with its own.</summary>
internal sealed class FallbackStage(bool onFailure, OperationCallbacks callbacks)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Outcome<TResult>> EndAsync<TOperation, TResult>(
        TOperation operation,
        Outcome<TResult> outcome,
        bool failed,
        CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var exception = outcome.Status == OutcomeStatus.Failure ? outcome.Exception : null;
        if (OutcomeRules.IsFatal(exception))
        {
            ExceptionDispatchInfo.Throw(exception!);
        }

        var rejected = outcome.Status == OutcomeStatus.Rejected || OutcomeRules.IsRejection(exception);
        if (!TOperation.HasFallback(in operation) || !(rejected || (failed && onFailure)))
        {
            return outcome;
        }

        var reason = outcome.Exception;
        callbacks.Discard(in operation, in outcome);
        try
        {
            return Outcome<TResult>.Success(
                await TOperation.FallBackAsync(in operation, reason, cancellationToken).Preserve().ConfigureAwait(false));
        }
        catch (Exception fallbackException) when (!OutcomeRules.IsFatal(fallbackException))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Outcome<TResult>.Canceled(fallbackException, cancellationToken);
            }

            if (fallbackException.Data is { IsReadOnly: false } data)
            {
                data[ResiliencePipeline.FallbackReasonKey] = reason;
            }

            return Outcome<TResult>.Failure(fallbackException);
        }
    }
}
