namespace TechCorp.Resilience;

/// <summary>One call of an idempotent operation.</summary>
internal sealed record IdempotentCall<TState, TResult>(
    IdempotentOperation<TState, TResult> Operation,
    IdempotencyKey Key,
    Fingerprint Fingerprint,
    TState State)
{
    private IResultSerializer<TResult> Serializer => Operation.Serializer;

    internal StoredOutcome Store(TResult result) => new(Failed: false, Serializer.TypeTag, Serializer.Serialize(result));

    /// <exception cref="StoredFailureException">The outcome is a failure.</exception>
    /// <exception cref="StoredResultUnreadableException">The outcome is not of this type, or its bytes cannot be read.</exception>
    internal IdempotentResult<TResult> Replay(StoredOutcome outcome) => Replay(Serializer, Key, outcome);

    /// <inheritdoc cref="Replay(StoredOutcome)"/>
    internal static IdempotentResult<TResult> Replay(IResultSerializer<TResult> serializer, IdempotencyKey key, StoredOutcome outcome)
    {
        if (outcome.Failed)
        {
            throw StoredFailure.ToException(key, outcome);
        }

        if (!string.Equals(outcome.TypeTag, serializer.TypeTag, StringComparison.Ordinal))
        {
            throw new StoredResultUnreadableException(key, outcome.TypeTag, serializer.TypeTag, innerException: null);
        }

        try
        {
            return new(serializer.Deserialize(outcome.Payload), Replayed: true);
        }
        catch (Exception exception)
        {
            throw new StoredResultUnreadableException(key, outcome.TypeTag, serializer.TypeTag, exception);
        }
    }

    internal IdempotencyFailurePolicy PolicyFor(Exception exception, bool cancelledByCaller)
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

        return cancelledByCaller && policy == IdempotencyFailurePolicy.Store ? IdempotencyFailurePolicy.Release : policy;
    }
}
