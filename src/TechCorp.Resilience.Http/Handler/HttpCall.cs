namespace TechCorp.Resilience.Http;

/// <summary>One request as its caller gave it, whether it may be sent again, and what each attempt sends.</summary>
internal sealed class HttpCall(HttpRequestMessage request, bool blocks)
{
    private readonly HttpMethod _method = request.Method;
    private readonly HttpContent? _given = request.Content;
    private RequestSnapshot? _snapshot;
    private RequestContent? _content;
    private HttpContent? _current;
    private bool _isSent;

    internal bool Blocks => blocks;

    internal HttpMethod Method => _method;

    internal string ContentType => _given?.GetType().Name ?? "";

    internal bool MayRepeat => _snapshot is not null;

    internal string? IdempotencyKey { get; } = KeyOf(request);

    /// <summary>Whether the method promises that a second request does no harm, or a key makes the server keep that promise.</summary>
    internal bool IsSafeToRepeat => IsSafe(_method) || IdempotencyKey is not null;

    internal static bool IsSafe(HttpMethod method)
        => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options
        || method == HttpMethod.Trace || method == HttpMethod.Put || method == HttpMethod.Delete;

    internal static string? KeyOf(HttpRequestMessage request)
        => request.Headers.NonValidated.TryGetValues(ResilienceHandler.IdempotencyKeyHeader, out var values) && values.ToString() is { Length: > 0 } key
            ? key
            : null;

    /// <summary>Prepares a request that may be repeated: its content is written once and kept.</summary>
    /// <returns>Why the content can be sent only once; <see langword="null"/> when that is not so, or the request is sent once anyway.</returns>
    internal async ValueTask<ContentRefusal?> PrepareAsync(int maxBufferedContent, CancellationToken cancellationToken)
    {
        if (!IsSafeToRepeat)
        {
            return null;
        }

        if (_given is not null)
        {
            var kind = ContentKinds.Of(_given);
            if (kind == ContentKind.Once)
            {
                return ContentRefusal.Unrepeatable;
            }

            if (kind == ContentKind.MakesBytes && _given.Headers.ContentLength > maxBufferedContent)
            {
                return ContentRefusal.TooLarge;
            }

            _content = await RequestContent.TakeAsync(_given, maxBufferedContent, blocks, cancellationToken).ConfigureAwait(false);
            if (_content.IsTooLarge)
            {
                return ContentRefusal.TooLarge;
            }
        }

        _snapshot = new RequestSnapshot(request);
        return null;
    }

    /// <summary>The request for the next attempt, as it was given.</summary>
    internal HttpRequestMessage Next()
    {
        if (_isSent)
        {
            _snapshot?.Restore();
        }

        _isSent = true;
        if (_content is not null)
        {
            request.Content = _current = _content.Next();
        }

        return request;
    }

    /// <summary>Gives the caller its content back, which its request disposes of.</summary>
    internal void End()
    {
        _content?.End();
        if (_current is not null && ReferenceEquals(request.Content, _current))
        {
            request.Content = _given;
        }
    }
}
