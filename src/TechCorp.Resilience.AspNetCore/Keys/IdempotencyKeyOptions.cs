using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>How endpoints answer requests with an <c>Idempotency-Key</c>. Copied when an endpoint is built: later changes have no effect.</summary>
public sealed class IdempotencyKeyOptions
{
    /// <summary>
    /// The claims that identify a signed-in caller, the first that the caller has; with its issuer it is part of the key's scope. A signed-in caller
    /// without any of them is refused with 403. Default: <see cref="ClaimTypes.NameIdentifier"/>, then <c>sub</c>.
    /// </summary>
    public IList<string> IdentityClaims { get; private set; } = [ClaimTypes.NameIdentifier, "sub"];

    /// <summary>
    /// Identifies the caller instead of <see cref="IdentityClaims"/>, for example by an API key or tenant; <see langword="null"/> or an empty text refuses the
    /// request with 403. Called by many threads. Default: none.
    /// </summary>
    public Func<HttpContext, string?>? Identity { get; set; }

    /// <summary>
    /// The headers that make another request of a request with the same body: a key that comes with another value of one of them is refused with 422.
    /// Method, route, path and query always do. Default: <c>Content-Type</c>.
    /// </summary>
    public IList<string> FingerprintHeaders { get; private set; } = ["Content-Type"];

    /// <summary>
    /// Statuses that depend on the moment or come before the endpoint does anything: they are not stored, and a request with the same key runs the endpoint
    /// again. 5xx never are. Default: 400, 401, 403, 408, 409, 425 and 429.
    /// </summary>
    public ISet<int> NonFinalStatuses { get; private set; } = new HashSet<int>
    {
        StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status408RequestTimeout,
        StatusCodes.Status409Conflict, 425, StatusCodes.Status429TooManyRequests,
    };

    /// <summary>The most bytes of a request body, which is read into memory to be hashed; a larger one is refused with 413. Default: 1,048,576 (1 MiB).
    /// </summary>
    public int MaxRequestBody { get; set; } = 1024 * 1024;

    /// <summary>
    /// The most bytes of a response body that are stored. A larger one is sent and not stored: a repeated request does not run the endpoint
    /// again, and is answered with 409 instead of the response. Default: 1,048,576 (1 MiB).
    /// </summary>
    public int MaxResponseBody { get; set; } = 1024 * 1024;

    /// <summary>
    /// Whether a caller that hangs up cancels the endpoint, which leaves its key free. That costs the promise of the key: an endpoint that is canceled after
    /// its effect, for example when it stores what it has charged, has the effect again with the next request. Only for endpoints without an effect before
    /// their end, and those that stream until their caller goes. Default: no; the endpoint ends, its response is stored, and the next request gets it.
    /// </summary>
    public bool CancelWhenCallerDisconnects { get; set; }

    internal IdempotencyKeyOptions Copy()
    {
        var copy = (IdempotencyKeyOptions)MemberwiseClone();
        copy.IdentityClaims = [.. IdentityClaims];
        copy.FingerprintHeaders = [.. FingerprintHeaders];
        copy.NonFinalStatuses = new HashSet<int>(NonFinalStatuses);
        return copy;
    }

    internal IEnumerable<string> Problems()
    {
        if (Identity is null && IdentityClaims.Count == 0)
        {
            yield return $"{nameof(IdentityClaims)} must have at least one claim unless {nameof(Identity)} is set; it is empty.";
        }

        if (IdentityClaims.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"{nameof(IdentityClaims)} must have no empty entry; it has one.";
        }

        if (FingerprintHeaders.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"{nameof(FingerprintHeaders)} must have no empty entry; it has one.";
        }

        if (MaxRequestBody < 0)
        {
            yield return $"{nameof(MaxRequestBody)} must not be negative; it is {MaxRequestBody}.";
        }

        if (MaxResponseBody < 0)
        {
            yield return $"{nameof(MaxResponseBody)} must not be negative; it is {MaxResponseBody}.";
        }
    }
}
