using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace TechCorp.Samples;

/// <summary>An answer as it went out, byte for byte, so that it can go out again.</summary>
internal sealed record StoredAnswer(int Status, string? ContentType, string? Location, byte[] Body) : IResult
{
    /// <summary>Whether it is an earlier call's; not part of what is stored.</summary>
    [JsonIgnore]
    public bool IsReplay { get; init; }

    /// <summary>Lets a result write itself into memory.</summary>
    internal static async Task<StoredAnswer> CaptureAsync(object? result, IServiceProvider services)
    {
        var http = new DefaultHttpContext { RequestServices = services };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await (result as IResult ?? throw new InvalidOperationException("An endpoint with an idempotency key must return an IResult.")).ExecuteAsync(http);
        await http.Response.CompleteAsync();
        return new StoredAnswer(http.Response.StatusCode, http.Response.ContentType, http.Response.Headers.Location, body.ToArray());
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (IsReplay)
        {
            response.Headers["Idempotency-Replayed"] = "true";
        }

        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
