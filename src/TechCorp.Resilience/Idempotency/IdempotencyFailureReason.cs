namespace TechCorp.Resilience;

/// <summary>Why an idempotent operation gave no result.</summary>
public enum IdempotencyFailureReason
{
    /// <summary>Another call with the key is still running the operation. Call again later with the same key. (HTTP 409 with Retry-After.)</summary>
    Conflict = 1,

    /// <summary>The key was used for another request. Use a new key for a new request. (HTTP 422.)</summary>
    Mismatch,

    /// <summary>An earlier call may or may not have had its effect. The operation does not run again until the key is resolved.</summary>
    InDoubt,

    /// <summary>
    /// The operation ran longer than its lease could be renewed, and another call may have taken over the key. Its own outcome was not stored: call again
    /// with the same key to get the outcome of the other call. (HTTP 503 with Retry-After.)
    /// </summary>
    LeaseLost,

    /// <summary>
    /// The operation ran, but whether its outcome was stored is not known. The key stays in progress until its lease ends; then the operation may run again.
    /// (HTTP 503 with Retry-After.)
    /// </summary>
    CompletionUnknown,

    /// <summary>The operation failed in an earlier call and did not run again; the exception carries that failure.</summary>
    StoredFailure,

    /// <summary>The operation has run, but this version of the program cannot read its stored result. It did not run again.</summary>
    UnreadableResult,
}
