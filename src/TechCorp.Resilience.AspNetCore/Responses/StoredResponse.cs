using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>A response as it is stored: what the endpoint itself set, not what middleware sets, because that runs again for a replay.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers; one without values was removed.</param>
/// <param name="Body">The body, byte for byte.</param>
/// <param name="HasBody">Whether the body was stored; not if it was streamed or too large. (A body of <see langword="null"/> would come back empty.)</param>
internal sealed record StoredResponse(int Status, Dictionary<string, string?[]> Headers, byte[] Body, bool HasBody)
{
    // Headers of the connection or of a single response, and cookies, which belong to one browser and are credentials that no store should keep.
    private static readonly HashSet<string> ExcludedHeaders = new(
        ["Connection", "Date", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Server", "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    internal static StoredResponse Of(HttpResponse response, IReadOnlyDictionary<string, StringValues> before, byte[]? body)
    {
        var headers = new Dictionary<string, string?[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers)
        {
            if (!ExcludedHeaders.Contains(name) && (!before.TryGetValue(name, out var old) || old != values))
            {
                headers.Add(name, values.ToArray());
            }
        }

        foreach (var name in before.Keys.Where(name => !ExcludedHeaders.Contains(name) && !response.Headers.ContainsKey(name)))
        {
            headers.Add(name, []);
        }

        return new StoredResponse(response.StatusCode, headers, body ?? [], body is not null);
    }

    /// <summary>Answers another request with it.</summary>
    internal async Task WriteAsync(HttpContext http, bool isReplay)
    {
        var response = http.Response;
        response.StatusCode = Status;
        foreach (var (name, values) in Headers)
        {
            if (values.Length == 0)
            {
                response.Headers.Remove(name);
            }
            else
            {
                response.Headers[name] = new StringValues(values);
            }
        }

        if (isReplay)
        {
            response.Headers["Idempotency-Replayed"] = "true";
        }

        // Without a body nothing is written: 204 and 304 must have none, and middleware may still give an error one.
        if (Body.Length > 0)
        {
            await response.Body.WriteAsync(Body, http.RequestAborted).ConfigureAwait(false);
        }
    }
}
