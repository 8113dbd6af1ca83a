using System.Net.Http.Json;

namespace TechCorp.Resilience;

/// <summary>One request, and whether it may be sent again.</summary>
internal readonly struct HttpCall(HttpRequestMessage request, bool blocks)
{
    public HttpRequestMessage Request => request;

    public bool Blocks => blocks;

    public bool MayRepeat => IsSafeToRepeat && HasReplayableContent;

    /// <summary>Whether the method promises that a second request does no harm, or a key makes the server keep that promise.</summary>
    public bool IsSafeToRepeat =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Options
        || request.Method == HttpMethod.Trace || request.Method == HttpMethod.Put || request.Method == HttpMethod.Delete
        || IdempotencyKey is not null;

    public bool HasReplayableContent => IsReplayable(request.Content);

    public string? IdempotencyKey =>
        request.Headers.NonValidated.TryGetValues(ResilienceHandler.IdempotencyKeyHeader, out var values) && values.ToString() is { Length: > 0 } key
            ? key
            : null;

    // Only contents known to hold their bytes: a stream may be read once, and any other type may be one.
    private static bool IsReplayable(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        MultipartContent parts => parts.All(IsReplayable),
        _ => false,
    };
}
