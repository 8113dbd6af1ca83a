using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>What endpoints with keys log.</summary>
internal static partial class IdempotencyKeyLog
{
    [LoggerMessage(
        1060,
        LogLevel.Warning,
        "'{Endpoint}' refused a signed-in caller that nothing identifies, because its Idempotency-Key could be another caller's. Name a claim that its "
            + "tokens have in IdempotencyKeyOptions.IdentityClaims, or set IdempotencyKeyOptions.Identity.")]
    internal static partial void CallerNotIdentified(this ILogger logger, string endpoint);

    [LoggerMessage(
        1061,
        LogLevel.Warning,
        "The response of '{Endpoint}' was sent and not stored: it is streamed or has more than {MaxResponseBody} bytes. A repeated request will get 409 "
            + "instead of it. Raise IdempotencyKeyOptions.MaxResponseBody to have it replayed.")]
    internal static partial void ResponseNotStored(this ILogger logger, string endpoint, int maxResponseBody);

    [LoggerMessage(
        1062,
        LogLevel.Warning,
        "'{Endpoint}' refused a caller with credentials (an Authorization header or a client certificate) that nobody has authenticated, because its "
            + "Idempotency-Key could be another caller's. Add authentication before this endpoint, or set IdempotencyKeyOptions.Identity.")]
    internal static partial void CallerNotAuthenticated(this ILogger logger, string endpoint);
}
