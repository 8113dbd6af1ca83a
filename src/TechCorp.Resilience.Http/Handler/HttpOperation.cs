using System.Net;

namespace TechCorp.Resilience.Http;

/// <summary>What the executor must know about an HTTP request.</summary>
internal static class HttpOperation
{
    internal static ResilientOperation<HttpCall, HttpResponseMessage> Describe(
        TimeProvider timeProvider,
        Func<HttpCall, CancellationToken, ValueTask<HttpResponseMessage>> send)
        => new((call, attempt) => send(call, attempt.CancellationToken))
        {
            IsFailure = static response => IsFailure(response.StatusCode),
            Explain = static response => FormattableString.Invariant($"{(int)response.StatusCode} {response.StatusCode}"),
            RetryAfter = response => RetryAfterHeader.Read(response, timeProvider),
            Discard = static response => response.Dispose(),
            MayRepeat = static call => call.MayRepeat,
            IdempotencyKey = static call => call.IdempotencyKey,
        };

    private static bool IsFailure(HttpStatusCode status)
        => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
