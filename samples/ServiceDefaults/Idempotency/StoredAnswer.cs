using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Samples;

/// <summary>An answer as it went out, byte for byte and with the headers that the endpoint set, so that it can go out again.</summary>
internal sealed record StoredAnswer(int Status, Dictionary<string, string?[]> Headers, byte[] Body) : IResult
{
    // What belongs to the connection or to this very response, and cookies: who asks again may be somebody else with the same key.
    private static readonly HashSet<string> Unkept = new(
        ["Connection", "Content-Length", "Date", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Server", "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it is an earlier call's; not part of what is stored.</summary>
    [JsonIgnore]
    public bool IsReplay { get; init; }

    /// <summary>Runs an endpoint and lets its result write itself into memory.</summary>
    /// <remarks>Headers that the endpoint itself set on the response are kept too; those of middleware before it are not, for a replay passes through that again.</remarks>
    internal static async Task<StoredAnswer> CaptureAsync(HttpContext real, Func<ValueTask<object?>> endpoint)
    {
        var before = real.Response.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        var result = await endpoint() as IResult ?? throw new InvalidOperationException("The endpoint returned null, not an IResult; its Idempotency-Key is free again.");
        var http = new DefaultHttpContext { RequestServices = real.RequestServices };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await result.ExecuteAsync(http);
        await http.Response.CompleteAsync();
        var headers = real.Response.Headers.Where(header => !before.TryGetValue(header.Key, out var old) || old != header.Value)
            .Concat(http.Response.Headers)
            .Where(header => !Unkept.Contains(header.Key))
            .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(same => same.Key, same => same.Last().Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        return new StoredAnswer(http.Response.StatusCode, headers, body.ToArray());
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
