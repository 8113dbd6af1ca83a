namespace TechCorp.Resilience;

/// <summary>What an operation that throws leaves behind.</summary>
public enum IdempotencyFailurePolicy
{
    /// <summary>Nothing: the next call runs it again. For operations whose effect is undone when they throw, such as a transaction.</summary>
    Release,

    /// <summary>The failure: the next call gets a <see cref="StoredFailureException"/>. For failures that another run would only repeat.</summary>
    /// <remarks>A cancellation by the caller is no failure and releases the key.</remarks>
    Store,

    /// <summary>Doubt: the next call gets an <see cref="IdempotencyInDoubtException"/> until somebody resolves it. For effects that cannot be undone.</summary>
    InDoubt,
}
