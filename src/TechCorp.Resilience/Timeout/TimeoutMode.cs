namespace TechCorp.Resilience;

/// <summary>What a timeout does with an operation that ignores its cancellation token.</summary>
public enum TimeoutMode
{
    /// <summary>Waits for it: nothing runs on unseen, but the call takes as long as the operation does.</summary>
    Cooperative = 1,

    /// <summary>Leaves it behind and returns in time. Its late result is discarded, its late exception observed.</summary>
    Abandon,
}
