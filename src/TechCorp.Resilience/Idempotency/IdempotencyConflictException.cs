using System.Globalization;

namespace TechCorp.Resilience;

/// <summary>Another call with the same key still runs. Nothing is wrong with the request; send it again later. (HTTP 409 with Retry-After.)</summary>
public sealed class IdempotencyConflictException : IdempotencyException
{
    internal IdempotencyConflictException(IdempotencyKey key, TimeSpan retryAfter)
        : base(
            key,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The operation '{key}' still runs elsewhere; it was not run again. Retry in {Math.Ceiling(retryAfter.TotalSeconds)} s or sooner."))
        => RetryAfter = retryAfter;

    /// <summary>What is left of the other call's lease.</summary>
    public TimeSpan RetryAfter { get; }
}
