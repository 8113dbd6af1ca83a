using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>The answers of the draft "The Idempotency-Key HTTP Header Field" of the IETF, as problem details.</summary>
internal static class IdempotencyProblem
{
    private const string Type = "https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    internal static Task KeyIsWrongAsync(HttpContext http, string detail)
        => WriteAsync(http, StatusCodes.Status400BadRequest, "Idempotency-Key is missing or malformed", detail);

    internal static Task CallerIsUnknownAsync(HttpContext http)
        => WriteAsync(http, StatusCodes.Status403Forbidden, "The caller cannot be identified",
            "An Idempotency-Key belongs to one caller, and nothing in these credentials tells this caller from others.");

    internal static Task BodyIsTooLargeAsync(HttpContext http, int bound)
        => WriteAsync(http, StatusCodes.Status413PayloadTooLarge, "The body is too large",
            FormattableString.Invariant($"With an Idempotency-Key, the body must have at most {bound} bytes."));

    internal static Task IsInProgressAsync(HttpContext http, TimeSpan? retryAfter)
        => WriteAsync(http, StatusCodes.Status409Conflict, "A request is outstanding for this Idempotency-Key",
            "A request with this Idempotency-Key still runs. Repeat the request with the same key after Retry-After.", retryAfter ?? Soon);

    internal static Task KeyIsUsedAsync(HttpContext http)
        => WriteAsync(http, StatusCodes.Status422UnprocessableEntity, "Idempotency-Key is already used",
            "This Idempotency-Key belongs to a request with another address, body or header. Send a new key with a new request.");

    internal static Task IsNotStoredAsync(HttpContext http, int status)
        => WriteAsync(http, StatusCodes.Status409Conflict, "The response to this Idempotency-Key was not stored",
            FormattableString.Invariant($"The request was carried out and answered with {status}. It is not carried out again, and its response was too large ")
            + "to be stored. Look the result up instead of repeating the request.");

    internal static Task OutcomeIsUnknownAsync(HttpContext http, TimeSpan? retryAfter)
        => WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "The outcome of the request could not be stored",
            "Repeat the request with the same key after Retry-After.", retryAfter ?? Soon);

    private static Task WriteAsync(HttpContext http, int status, string title, string detail, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return Results.Problem(detail, statusCode: status, title: title, type: Type).ExecuteAsync(http);
    }
}
