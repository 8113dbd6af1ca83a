namespace TechCorp.Resilience;

/// <summary>Calls the optional callbacks of an operation. What one throws is reported and changes no call.</summary>
internal sealed class OperationCallbacks(PipelineEvents events, RetryOptions? retry)
{
    /// <summary>A few words about a failing result; <see langword="null"/> when the operation has none.</summary>
    internal string? Explain<TOperation, TResult>(in TOperation operation, TResult failure)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            return TOperation.Explain(in operation, failure);
        }
        catch (Exception exception)
        {
            events.CallbackFailed(exception, "Explain");
            return null;
        }
    }

    /// <summary>Whether the operation may run again; not if the operation cannot say.</summary>
    internal bool MayRepeat<TOperation, TResult>(in TOperation operation)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            return TOperation.MayRepeat(in operation);
        }
        catch (Exception exception)
        {
            events.CallbackFailed(exception, "MayRepeat");
            return false;
        }
    }

    /// <summary>The wait that a failing result or an exception asks for; never negative.</summary>
    internal TimeSpan? RetryAfter<TOperation, TResult>(in TOperation operation, in Outcome<TResult> outcome)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        try
        {
            var requested = outcome.HasValue ? TOperation.RetryAfter(in operation, outcome.Value!) : retry?.RetryAfter?.Invoke(outcome.Exception!);
            return requested < TimeSpan.Zero ? TimeSpan.Zero : requested;
        }
        catch (Exception exception)
        {
            events.CallbackFailed(exception, "RetryAfter");
            return null;
        }
    }

    /// <summary>Discards the value of an outcome that nobody will see.</summary>
    internal void Discard<TOperation, TResult>(in TOperation operation, in Outcome<TResult> outcome)
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
            events.CallbackFailed(exception, "Discard");
        }
    }
}
