using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What the idempotency executor logs.</summary>
internal static partial class IdempotencyLog
{
    [LoggerMessage(1030, LogLevel.Warning, "The lease of '{Key}' was not renewed; the renewal is tried again before the lease ends.")]
    internal static partial void RenewalFailed(this ILogger logger, IdempotencyKey key, Exception exception);

    [LoggerMessage(1031, LogLevel.Error, "The lease of '{Key}' (fence {Fence}) was lost while its operation ran; another call may run the operation.")]
    internal static partial void LeaseLost(this ILogger logger, IdempotencyKey key, long fence);

    [LoggerMessage(1033, LogLevel.Warning,
        "The store granted the claim of '{Key}' after its call had ended, and did not release it; the key stays in progress until its lease ends.")]
    internal static partial void LateClaimNotReleased(this ILogger logger, IdempotencyKey key, Exception? exception);

    [LoggerMessage(1032, LogLevel.Error, "The operation '{Key}' failed and {Policy} was not stored; the key stays in progress until its lease ends.")]
    internal static partial void FailureNotStored(this ILogger logger, IdempotencyKey key, IdempotencyFailurePolicy policy, Exception? exception);
}
