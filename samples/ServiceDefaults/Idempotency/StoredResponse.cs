using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Samples;

/// <summary>A response, byte for byte and with the headers that the endpoint set, so that it can be replayed.</summary>
internal sealed record StoredResponse(int Status, Dictionary<string, string?[]> Headers, byte[] Body) : IResult
{
    // Headers of the connection or of a single response, and cookies: the caller of a replay may be another client with the same key.
    private static readonly HashSet<string> ExcludedHeaders = new(
        ["Connection", "Content-Length", "Date", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Server", "Set-Cookie", "TE", "Trailer",
            "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the response is replayed; not stored.</summary>
    [JsonIgnore]
    public bool IsReplay { get; init; }

    /// <summary>Runs an endpoint and captures its response in memory.</summary>
    /// <remarks>Stores also the headers that the endpoint itself set. It does not store headers of earlier middleware, because
    /// that runs again for a replay.</remarks>
    internal static async Task<StoredResponse> CaptureAsync(HttpContext real, Func<ValueTask<object?>> endpoint)
    {
        var before = real.Response.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        var result = await endpoint() as IResult
            ?? throw new InvalidOperationException("The endpoint returned null instead of an IResult; its Idempotency-Key is released.");
        var http = new DefaultHttpContext { RequestServices = real.RequestServices };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await result.ExecuteAsync(http);
        await http.Response.CompleteAsync();
        var headers = real.Response.Headers.Where(header => !before.TryGetValue(header.Key, out var old) || old != header.Value)
            .Concat(http.Response.Headers)
            .Where(header => !ExcludedHeaders.Contains(header.Key))
            .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(same => same.Key, same => same.Last().Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        return new StoredResponse(http.Response.StatusCode, headers, body.ToArray());
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        foreach (var (name, values) in Headers)
        {
            response.Headers[name] = new StringValues(values);
        }

        if (IsReplay)
        {
            response.Headers["Idempotency-Replayed"] = "true";
        }

        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
