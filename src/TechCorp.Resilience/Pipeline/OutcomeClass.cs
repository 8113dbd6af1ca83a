namespace TechCorp.Resilience;

/// <summary>What the outcome of an attempt says about the dependency. Of several, the greatest counts.</summary>
internal enum OutcomeClass
{
    /// <summary>Nothing: the caller gave up, or the call was not made. A circuit counts nothing; nothing is retried.</summary>
    Neutral,

    /// <summary>It answered. A circuit resets its failure count; nothing is retried.</summary>
    Success,

    /// <summary>It failed. A circuit counts it; a retry may follow.</summary>
    Failure,

    /// <summary>It failed in a way that another attempt would only repeat. A circuit counts it; nothing is retried.</summary>
    PermanentFailure,
}
