using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Who sends a request: part of the scope of its key, so that no caller gets the response of another one.</summary>
internal static class CallerIdentity
{
    internal const string Anonymous = "anonymous";

    /// <returns>A text without personal data; <see langword="null"/> for a caller whom nothing identifies and who is signed in, or has credentials that nobody
    /// has checked: all such callers would share their keys.</returns>
    internal static string? Of(HttpContext http, IdempotencyKeyOptions options)
    {
        if (options.Identity is { } identify)
        {
            return identify(http) is { Length: > 0 } identity ? Fingerprint.Of(identity).Value : null;
        }

        if (!IsSignedIn(http))
        {
            return HasCredentials(http) ? null : Anonymous;
        }

        return options.IdentityClaims.Select(type => Claim(http.User, type)).FirstOrDefault(claim => claim is not null) is { } found
            ? Fingerprint.Of($"{found.Type}\n{found.Issuer}\n{found.Value}").Value
            : null;
    }

    internal static bool IsSignedIn(HttpContext http) => http.User.Identities.Any(identity => identity.IsAuthenticated);

    private static bool HasCredentials(HttpContext http)
        => !StringValues.IsNullOrEmpty(http.Request.Headers.Authorization) || http.Connection.ClientCertificate is not null;

    private static Claim? Claim(ClaimsPrincipal user, string type)
        => user.FindFirst(claim => claim.Subject is { IsAuthenticated: true } && claim.Value.Length > 0
            && string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase));
}
