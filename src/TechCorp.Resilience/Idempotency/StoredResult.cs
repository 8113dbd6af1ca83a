namespace TechCorp.Resilience;

/// <summary>A result as a store keeps it.</summary>
internal static class StoredResult
{
    internal static StoredOutcome From<TResult>(IResultSerializer<TResult> serializer, TResult result)
        => new(Failed: false, serializer.TypeTag, serializer.Serialize(result));

    /// <exception cref="IdempotencyException">The outcome is a failure, or a result that the serializer cannot read.</exception>
    internal static IdempotentResult<TResult> Read<TResult>(IResultSerializer<TResult> serializer, IdempotencyKey key, StoredOutcome outcome)
    {
        if (outcome.Failed)
        {
            throw StoredFailure.ToException(key, outcome);
        }

        if (!string.Equals(outcome.TypeTag, serializer.TypeTag, StringComparison.Ordinal))
        {
            throw IdempotencyException.UnreadableResult(key, outcome.TypeTag, serializer.TypeTag);
        }

        try
        {
            return new(serializer.Deserialize(outcome.Payload), Replayed: true);
        }
        catch (Exception exception)
        {
            throw IdempotencyException.UnreadableResult(key, outcome.TypeTag, serializer.TypeTag, exception);
        }
    }
}
