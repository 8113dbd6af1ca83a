using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace TechCorp.Resilience;

/// <summary>One request as its caller gave it, and whether it may be sent again.</summary>
/// <remarks>An inner handler that follows a redirect rewrites the request: another address, perhaps GET without content, no authorization.</remarks>
internal readonly struct HttpCall(HttpRequestMessage request, bool blocks)
{
    private readonly HttpMethod _method = request.Method;
    private readonly Uri? _address = request.RequestUri;
    private readonly HttpContent? _content = request.Content;
    private readonly AuthenticationHeaderValue? _authorization = request.Headers.Authorization;
    private readonly bool? _chunked = request.Headers.TransferEncodingChunked;

    internal bool Blocks => blocks;

    internal HttpMethod Method => _method;

    internal HttpContent? Content => _content;

    internal bool MayRepeat => IsSafeToRepeat && HasRepeatableContent;

    /// <summary>Whether the method promises that a second request does no harm, or a key makes the server keep that promise.</summary>
    internal bool IsSafeToRepeat
        => _method == HttpMethod.Get || _method == HttpMethod.Head || _method == HttpMethod.Options
        || _method == HttpMethod.Trace || _method == HttpMethod.Put || _method == HttpMethod.Delete
        || IdempotencyKey is not null;

    internal bool HasRepeatableContent => IsRepeatable(_content);

    internal string? IdempotencyKey
        => request.Headers.NonValidated.TryGetValues(ResilienceHandler.IdempotencyKeyHeader, out var values) && values.ToString() is { Length: > 0 } key
            ? key
            : null;

    /// <summary>The request for the next attempt, as it was given.</summary>
    internal HttpRequestMessage Again()
    {
        (request.RequestUri, request.Method, request.Content) = (_address, _method, _content);
        if (!Equals(request.Headers.Authorization, _authorization))
        {
            request.Headers.Authorization = _authorization;
        }

        if (request.Headers.TransferEncodingChunked != _chunked)
        {
            request.Headers.TransferEncodingChunked = _chunked;
        }

        return request;
    }

    // Only contents known to hold their bytes: a stream may be read once, and any other type may be one.
    private static bool IsRepeatable(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        MultipartContent parts => parts.All(IsRepeatable),
        _ => false,
    };
}
