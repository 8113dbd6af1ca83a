namespace TechCorp.Resilience;

/// <summary>How many calls of a pipeline run at one time, and how many may wait for a permit. Copied at construction: later changes have no effect.</summary>
/// <remarks>A call holds one permit for all its attempts, the waits between them and its fallback. It gets the permit before the circuit is asked.</remarks>
public sealed class ConcurrencyLimitOptions
{
    /// <summary>The most calls that run at one time. At least 1. Default: 1000.</summary>
    public int PermitLimit { get; set; } = 1000;

    /// <summary>The most calls that wait for a permit, the longest waiting first; one more is rejected at once. Default: 0, none waits.</summary>
    public int QueueLimit { get; set; }

    internal ConcurrencyLimitOptions Copy() => (ConcurrencyLimitOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (PermitLimit < 1)
        {
            yield return $"{nameof(PermitLimit)} must be at least 1; it is {PermitLimit}.";
        }

        if (QueueLimit < 0)
        {
            yield return $"{nameof(QueueLimit)} must not be negative; it is {QueueLimit}.";
        }
    }
}
