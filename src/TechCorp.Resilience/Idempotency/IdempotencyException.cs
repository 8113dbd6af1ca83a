using System.Globalization;

namespace TechCorp.Resilience;

/// <summary>An idempotent operation gave no result. <see cref="Reason"/> says why and what the caller can do.</summary>
public sealed class IdempotencyException : Exception
{
    private IdempotencyException(IdempotencyKey key, IdempotencyFailureReason reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Key = key;
        Reason = reason;
    }

    /// <summary>The key of the call.</summary>
    public IdempotencyKey Key { get; }

    /// <summary>Why there is no result.</summary>
    public IdempotencyFailureReason Reason { get; }

    /// <summary>For <see cref="IdempotencyFailureReason.Conflict"/>: what is left of the other call's lease. Otherwise <see langword="null"/>.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>For <see cref="IdempotencyFailureReason.StoredFailure"/>: the type name of the original exception; otherwise <see langword="null"/>.</summary>
    public string? FailureType { get; private init; }

    /// <summary>
    /// For <see cref="IdempotencyFailureReason.StoredFailure"/>: the message of the original exception, at most 1,024 characters; otherwise
    /// <see langword="null"/>.
    /// </summary>
    public string? FailureMessage { get; private init; }

    internal static IdempotencyException Conflict(IdempotencyKey key, TimeSpan retryAfter)
    {
        var seconds = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var message = $"Another call is still running the operation '{key}'; it was not run again. Retry in {seconds} s or sooner.";
        return new(key, IdempotencyFailureReason.Conflict, message) { RetryAfter = retryAfter };
    }

    internal static IdempotencyException Mismatch(IdempotencyKey key) => new(
        key, IdempotencyFailureReason.Mismatch, $"The key '{key}' was used for another request; nothing was run. Use a new key for a new request.");

    internal static IdempotencyException InDoubt(IdempotencyKey key) => new(
        key,
        IdempotencyFailureReason.InDoubt,
        $"Whether the operation '{key}' had its effect is not known; it was not run again. Find out, then call ResolveAsync or ForgetAsync.");

    internal static IdempotencyException LeaseLost(IdempotencyKey key, Exception? innerException = null) => new(
        key,
        IdempotencyFailureReason.LeaseLost,
        $"The lease of '{key}' was lost while the operation ran; its outcome was not stored. Call again with the same key.",
        innerException);

    internal static IdempotencyException CompletionUnknown(IdempotencyKey key, Exception innerException) => new(
        key,
        IdempotencyFailureReason.CompletionUnknown,
        $"The operation '{key}' has run, but whether its outcome was stored is not known. It may run again when its lease ends.",
        innerException);

    internal static IdempotencyException StoredFailure(IdempotencyKey key, string failureType, string failureMessage)
    {
        var message = $"The operation '{key}' failed in an earlier call and was not run again: {failureMessage}";
        return new(key, IdempotencyFailureReason.StoredFailure, message) { FailureType = failureType, FailureMessage = failureMessage };
    }

    internal static IdempotencyException UnreadableResult(IdempotencyKey key, string storedTag, string expectedTag, Exception? innerException = null) => new(
        key,
        IdempotencyFailureReason.UnreadableResult,
        $"The stored result of '{key}' has the type tag '{storedTag}' and cannot be read as '{expectedTag}'; the operation was not run again.",
        innerException);
}
