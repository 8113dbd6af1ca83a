namespace TechCorp.Resilience;

/// <summary>When a fallback takes the place of a call.</summary>
public enum FallbackOn
{
    /// <summary>Only when a circuit rejected it.</summary>
    Open,

    /// <summary>When a circuit rejected it, and when its last attempt failed. Never for a cancellation by the caller.</summary>
    Failure,
}
