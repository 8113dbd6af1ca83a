namespace TechCorp.Resilience;

/// <summary>One call of an idempotent operation.</summary>
internal sealed record IdempotentCall<TState, TResult>(
    IdempotentOperation<TState, TResult> Operation,
    IdempotencyKey Key,
    Fingerprint Fingerprint,
    TState State)
{
    internal StoredOutcome Store(TResult result) => StoredResult.From(Operation.Serializer, result);

    /// <inheritdoc cref="StoredResult.Read"/>
    internal IdempotentResult<TResult> Replay(StoredOutcome outcome) => StoredResult.Read(Operation.Serializer, Key, outcome);

    /// <summary>What an exception leaves behind. What is thrown after the caller canceled may only report that, in whatever type, so it is stored only if the
    /// description names it.</summary>
    internal IdempotencyFailurePolicy PolicyFor(Exception exception, bool callerCanceled)
    {
        IdempotencyFailurePolicy policy;
        try
        {
            policy = Operation.OnException?.Invoke(exception) ?? Operation.OnFailure;
        }
        catch (Exception)
        {
            // Without an answer nobody can say that running it again does no harm.
            policy = IdempotencyFailurePolicy.InDoubt;
        }

        return callerCanceled && policy == IdempotencyFailurePolicy.Store && (Operation.OnException is null || CallerCancellation.IsReportedBy(exception))
            ? IdempotencyFailurePolicy.Release
            : policy;
    }
}
