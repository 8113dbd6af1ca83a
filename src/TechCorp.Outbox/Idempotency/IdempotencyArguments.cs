using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>Refuses arguments that no record could be kept for.</summary>
internal static class IdempotencyArguments
{
    internal static void Check(IdempotencyClaimRequest request)
    {
        CheckKey(request.Key);
        CheckSpan(request.Lease, nameof(request.Lease));
        CheckSpan(request.Retention, nameof(request.Retention));
    }

    internal static void CheckKey(IdempotencyKey key)
    {
        if (key.Value is null)
        {
            throw new ArgumentException("The idempotency key is the default value; construct it from a scope and a key.", nameof(key));
        }
    }

    internal static void CheckSpan(TimeSpan span, string name)
    {
        if (span <= TimeSpan.Zero || span > TimeSpan.FromDays(3660))
        {
            throw new ArgumentOutOfRangeException(name, span, "A span must be more than zero and at most ten years.");
        }
    }
}
