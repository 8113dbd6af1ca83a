namespace TechCorp.Resilience;

/// <summary>What the outcome of a call says about the dependency.</summary>
public enum OutcomeClass
{
    /// <summary>It answered. A circuit forgets its failures; nothing is retried.</summary>
    Success,

    /// <summary>It failed. A circuit counts it; a retry may follow.</summary>
    Failure,

    /// <summary>NoResult: the caller gave up, or the call was not made. A circuit counts nothing; nothing is retried.</summary>
    Neutral,
}
