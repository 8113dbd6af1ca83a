namespace TechCorp.Outbox;

/// <summary>Waits that double from a base up to a cap.</summary>
internal readonly record struct Backoff(TimeSpan BaseDelay, TimeSpan MaxDelay)
{
    /// <summary>The wait after attempt 1, 2, 3, …</summary>
    internal TimeSpan After(int attempt)
    {
        var factor = 1L << Math.Clamp(attempt - 1, 0, 30);
        return BaseDelay >= MaxDelay || BaseDelay.Ticks > MaxDelay.Ticks / factor ? MaxDelay : new TimeSpan(BaseDelay.Ticks * factor);
    }
}
