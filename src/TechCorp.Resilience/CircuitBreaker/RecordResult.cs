namespace TechCorp.Resilience;

/// <summary>What a circuit did with the outcome of a call.</summary>
public enum RecordResult
{
    /// <summary>The outcome counted.</summary>
    Recorded,

    /// <summary>The circuit has changed its state since it admitted the call; the outcome was ignored.</summary>
    Stale,
}
