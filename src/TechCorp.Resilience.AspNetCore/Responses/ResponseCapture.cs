using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Runs an endpoint on its own <see cref="HttpContext"/> and keeps its response instead of sending it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A stream in memory, needed until the response is sent: there is nothing to release.")]
internal sealed class ResponseCapture : IHttpResponseBodyFeature
{
    private readonly HttpContext _http;
    private readonly IHttpResponseBodyFeature _real;
    private readonly IHttpResponseFeature _realHead;
    private readonly CapturedHead _head;
    private readonly CaptureStream _stream;
    private readonly StreamResponseBodyFeature _body;
    private readonly Dictionary<string, StringValues> _before;
    private readonly int _statusBefore;

    internal ResponseCapture(HttpContext http, IdempotencyKeyOptions options)
    {
        _http = http;
        _real = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _realHead = http.Features.GetRequiredFeature<IHttpResponseFeature>();
        _head = new CapturedHead(_realHead);
        _stream = new CaptureStream(_real, _head, options.MaxResponseBody, gone: options.CancelWhenCallerDisconnects ? default : http.RequestAborted);
        _body = new StreamResponseBodyFeature(_stream);
        _before = new Dictionary<string, StringValues>(http.Response.Headers, StringComparer.OrdinalIgnoreCase);
        _statusBefore = http.Response.StatusCode;
    }

    public Stream Stream => _stream;

    public PipeWriter Writer => _body.Writer;

    /// <summary>Whether the response went to the caller while the endpoint ran.</summary>
    internal bool IsSent => _stream.IsPassing;

    /// <summary>An endpoint that asks for this streams: its caller is to see each part when it is written.</summary>
    public void DisableBuffering()
    {
        _stream.Pass();
        _real.DisableBuffering();
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => IsSent ? _real.StartAsync(cancellationToken) : Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
        => _body.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => _body.CompleteAsync();

    internal async Task<StoredResponse> RunAsync(RequestDelegate endpoint, CancellationToken cancellationToken)
    {
        var aborted = _http.RequestAborted;
        _http.Features.Set<IHttpResponseBodyFeature>(this);
        _http.Features.Set<IHttpResponseFeature>(_head);
        _http.RequestAborted = cancellationToken; // canceled when the lease is lost, and by a caller that hangs up only if the options say so
        try
        {
            await endpoint(_http).ConfigureAwait(false);
            await _body.CompleteAsync().ConfigureAwait(false);
            await _head.StartAsync().ConfigureAwait(false);
            return StoredResponse.Of(_http.Response, _before, IsSent ? null : _stream.Kept);
        }
        finally
        {
            _http.RequestAborted = aborted;
            _http.Features.Set(_realHead);
            _http.Features.Set(_real);
        }
    }

    /// <summary>Sends what was kept, if anybody is there; status and headers are there already.</summary>
    internal async Task SendAsync()
    {
        var kept = _stream.Kept;
        if (!IsSent && kept.Length > 0 && !_http.RequestAborted.IsCancellationRequested)
        {
            await _http.Response.Body.WriteAsync(kept, _http.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Takes status and headers back, for another response.</summary>
    internal void Undo()
    {
        var headers = _http.Response.Headers;
        headers.Clear();
        foreach (var (name, values) in _before)
        {
            headers[name] = values;
        }

        _http.Response.StatusCode = _statusBefore;
    }
}
