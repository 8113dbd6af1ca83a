namespace TechCorp.Resilience;

/// <summary>What a circuit does with the next call.</summary>
public enum CircuitState
{
    /// <summary>Calls are made.</summary>
    Closed = 1,

    /// <summary>Calls are rejected until the recovery time has passed.</summary>
    Open,

    /// <summary>The recovery time has passed and no call has come yet; the next call becomes the probe.</summary>
    HalfOpenReady,

    /// <summary>One probe runs; all other calls are rejected.</summary>
    HalfOpen,

    /// <summary>Opened by hand; calls are rejected until somebody resets the circuit.</summary>
    Isolated,
}
