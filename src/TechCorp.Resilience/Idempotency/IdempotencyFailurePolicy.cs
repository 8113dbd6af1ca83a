namespace TechCorp.Resilience;

/// <summary>What an operation that throws leaves behind.</summary>
public enum IdempotencyFailurePolicy
{
    /// <summary>Nothing: the next call runs it again. For operations whose effect is undone when they throw, such as a transaction.</summary>
    Release = 1,

    /// <summary>The failure: the next call ends with <see cref="IdempotencyFailureReason.StoredFailure"/>. For failures
    /// that another run would repeat.</summary>
    /// <remarks>
    /// A cancellation by the caller is no failure and releases the key. So does what is thrown after it, because a driver may report the
    /// cancellation in its own way, unless <see cref="IdempotentOperation{TState, TResult}.OnException"/> says that this exception is to be stored.
    /// </remarks>
    Store,

    /// <summary>Doubt: each call ends with <see cref="IdempotencyFailureReason.InDoubt"/> until the key is resolved.
    /// For effects that cannot be undone.</summary>
    InDoubt,
}
