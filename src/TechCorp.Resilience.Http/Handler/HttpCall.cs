using System.Runtime.ExceptionServices;

namespace TechCorp.Resilience.Http;

/// <summary>One request as its caller gave it, whether it may be sent again, and what each attempt sends.</summary>
/// <remarks>
/// A content that makes its bytes is written within the first attempt: under its limit, and only if circuit and concurrency limit admit it. That it cannot be
/// written is no failure of the host, so the call is then withdrawn, as if its caller had canceled it.
/// </remarks>
internal sealed class HttpCall : IDisposable
{
    private readonly HttpRequestMessage _request;
    private readonly HttpContent? _given;
    private readonly ContentKind _kind;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource? _withdrawal; // of a content that is to be written
    private ExceptionDispatchInfo? _error;
    private RequestSnapshot? _snapshot;
    private RequestContent? _content;
    private HttpContent? _current;
    private bool _isPrepared;
    private bool _isSent;

    internal HttpCall(HttpRequestMessage request, bool blocks, bool mayRetry, CancellationToken cancellationToken)
    {
        (_request, _given, Blocks, Method, _callers) = (request, request.Content, blocks, request.Method, cancellationToken);
        IdempotencyKey = KeyOf(request);
        _kind = ContentKinds.Of(_given);
        _isPrepared = !mayRetry || !IsSafeToRepeat;
        _withdrawal = !_isPrepared && _kind == ContentKind.MakesBytes ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
    }

    internal bool Blocks { get; }

    internal HttpMethod Method { get; }

    internal string ContentType => _given?.GetType().Name ?? "";

    internal bool MayRepeat => _snapshot is not null;

    internal string? IdempotencyKey { get; }

    /// <summary>Canceled by the caller, or when the call is withdrawn.</summary>
    internal CancellationToken Token => _withdrawal?.Token ?? _callers;

    /// <summary>Whether the limit of the attempt has cut its content. It may be a sequence that can be read once, so it is not begun again.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>Whether the method promises that a second request does no harm, or a key makes the server keep that promise.</summary>
    private bool IsSafeToRepeat => IsSafe(Method) || IdempotencyKey is not null;

    internal static bool IsSafe(HttpMethod method)
        => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options
        || method == HttpMethod.Trace || method == HttpMethod.Put || method == HttpMethod.Delete;

    internal static string? KeyOf(HttpRequestMessage request)
        => request.Headers.NonValidated.TryGetValues(ResilienceHandler.IdempotencyKeyHeader, out var values) && values.ToString() is { Length: > 0 } key
            ? key
            : null;

    /// <summary>Prepares a request that may be repeated, in its first attempt: its content is written once and kept.</summary>
    /// <returns>Why the content can be sent only once; <see langword="null"/> when that is not so, or the request is sent once anyway.</returns>
    internal async ValueTask<ContentRefusal?> PrepareAsync(int maxBufferedContent, CancellationToken attempt)
    {
        if (_isPrepared)
        {
            return null;
        }

        _isPrepared = true;
        if (_given is not null)
        {
            if (_kind == ContentKind.Once)
            {
                return ContentRefusal.Unrepeatable;
            }

            if (_kind == ContentKind.MakesBytes && _given.Headers.ContentLength > maxBufferedContent)
            {
                return ContentRefusal.TooLarge;
            }

            _content = await TakeAsync(_given, maxBufferedContent, attempt).ConfigureAwait(false);
            if (_content.IsTooLarge)
            {
                return ContentRefusal.TooLarge;
            }
        }

        _snapshot = new RequestSnapshot(_request);
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
            _request.Content = _current = _content.Next();
        }

        return _request;
    }

    /// <summary>Throws what its caller gets instead of a cancellation with the call's own token.</summary>
    internal void ThrowOwn(OperationCanceledException canceled)
    {
        _error?.Throw();
        if (_withdrawal is not null && canceled.CancellationToken == _withdrawal.Token)
        {
            throw new OperationCanceledException(canceled.Message, canceled.InnerException, _callers);
        }
    }

    /// <summary>Gives the caller its content back, which its request disposes of.</summary>
    public void Dispose()
    {
        _content?.End();
        if (_current is not null && ReferenceEquals(_request.Content, _current))
        {
            _request.Content = _given;
        }

        _withdrawal?.Dispose();
    }

    private async ValueTask<RequestContent> TakeAsync(HttpContent given, int maxBufferedContent, CancellationToken attempt)
    {
        try
        {
            return await RequestContent.TakeAsync(given, maxBufferedContent, Blocks, attempt).ConfigureAwait(false);
        }
        catch (Exception) when (attempt.IsCancellationRequested)
        {
            IsCut = !_callers.IsCancellationRequested;
            throw;
        }
        catch (Exception exception)
        {
            _error = ExceptionDispatchInfo.Capture(exception);
            _withdrawal?.Cancel();
            throw;
        }
    }
}
