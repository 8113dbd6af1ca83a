using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Http;

/// <summary>
/// Sends HTTP requests through a resilience pipeline, with one circuit for each authority (scheme, host and port): a host that is down neither
/// rejects requests to another host nor spends its <see cref="RetryOptions.Budget"/>. Safe for use by many threads.
/// </summary>
/// <remarks>
/// <para>
/// 408, 429, 5xx, <see cref="HttpRequestException"/> and no answer in time are failures. Any other response is an answer. A failed request is repeated
/// only if that cannot do harm: GET, HEAD, OPTIONS, TRACE, PUT and DELETE always, other methods with an <c>Idempotency-Key</c> header; and only if its
/// content can be sent again (no stream). <c>Retry-After</c> is a lower bound of the back-off.
/// </para>
/// <para>
/// Each attempt sends the request as it was given, with the same bytes: what inner handlers add to it or, after a redirect, rewrite is undone. A content
/// that makes its bytes from values is written once, within the first attempt, and kept (<see cref="HttpResilienceOptions.MaxBufferedContent"/>).
/// </para>
/// <para>The limit of an attempt covers the time to the response headers. When no attempt is left, the last response is returned as it is.</para>
/// <para>
/// <see cref="HttpClient.Timeout"/> (100 s by default) looks like a caller that gives up, which is no failure of the host. Make it infinite, as
/// <see cref="ResilienceHttpClientBuilderExtensions.AddTechCorpResilience"/> does; the limits of the pipeline are the better ones.
/// </para>
/// </remarks>
public sealed class ResilienceHandler : DelegatingHandler
{
    /// <summary>The header that makes it safe to repeat a request of any method.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    private readonly ResiliencePipelineRegistry _pipelines;
    private readonly string _name;
    private readonly HttpResilienceOptions _http;
    private readonly ContentLog _log;
    private readonly ResilientOperation<HttpCall, HttpResponseMessage> _operation;

    /// <summary>Makes a handler with its own circuits.</summary>
    /// <param name="name">Names it; a circuit's name is this and its authority.</param>
    /// <param name="options">The stages. Default: <see cref="ResiliencePipelineOptions"/> as it is.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <param name="http">Keys and contents. Default: <see cref="HttpResilienceOptions"/> as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public ResilienceHandler(
        string name,
        ResiliencePipelineOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null,
        HttpResilienceOptions? http = null)
        : this(PipelineRules.RegistryOf(name, options ?? new ResiliencePipelineOptions(), timeProvider, logger), name, timeProvider, logger, http)
    {
    }

    /// <summary>Makes a handler that shares its circuits with all others of this name, so that a client factory may replace handlers.</summary>
    /// <param name="pipelines">Has the pipeline.</param>
    /// <param name="name">A registered name; a circuit's name is this and its authority.</param>
    /// <param name="timeProvider">The clock that dates in <c>Retry-After</c> are read by if the server says no date. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <param name="http">Keys and contents. Default: <see cref="HttpResilienceOptions"/> as it is.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public ResilienceHandler(
        ResiliencePipelineRegistry pipelines,
        string name,
        TimeProvider? timeProvider = null,
        ILogger? logger = null,
        HttpResilienceOptions? http = null)
    {
        ArgumentNullException.ThrowIfNull(pipelines);
        _pipelines = pipelines;
        _name = name;
        _http = (http ?? new HttpResilienceOptions()).Copy();
        OptionsCheck.Throw(nameof(HttpResilienceOptions), _http.Problems());
        var options = pipelines.OptionsOf(name);
        OptionsCheck.Throw(nameof(ResiliencePipelineOptions), PipelineRules.Problems(options));
        _log = new ContentLog(SafeLogger.Of(logger), pipelines, name);
        _operation = HttpOperation.Describe(timeProvider ?? TimeProvider.System, AttemptAsync);
    }

    /// <summary>The circuits of the authorities that requests of handlers of this name went to, for health checks.</summary>
    public IReadOnlyCollection<CircuitBreaker> Circuits => _pipelines.CircuitsOf(_name);

    /// <inheritdoc/>
    /// <exception cref="CircuitOpenException">The authority's circuit is not closed; the request was not sent.</exception>
    /// <exception cref="TimeoutRejectedException">The last attempt got no answer in time.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var pipeline = PipelineOf(request);
        using var call = CallOf(request, pipeline, blocks: false, cancellationToken);
        try
        {
            return await pipeline.ExecuteAsync(_operation, call, call.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException canceled)
        {
            call.ThrowOwn(canceled);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CircuitOpenException">The authority's circuit is not closed; the request was not sent.</exception>
    /// <exception cref="TimeoutRejectedException">The last attempt got no answer in time.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var pipeline = PipelineOf(request);
        using var call = CallOf(request, pipeline, blocks: true, cancellationToken);
        try
        {
            return pipeline.Execute(_operation, call, call.Token);
        }
        catch (OperationCanceledException canceled)
        {
            call.ThrowOwn(canceled);
            throw;
        }
    }

    private ResiliencePipeline PipelineOf(HttpRequestMessage request) => request.RequestUri is { IsAbsoluteUri: true } address
        ? _pipelines.Get(_name, FormattableString.Invariant($"{address.Scheme}://{address.IdnHost}:{address.Port}"))
        : throw new InvalidOperationException("The request has no absolute address; send it through an HttpClient with a BaseAddress.");

    private HttpCall CallOf(HttpRequestMessage request, ResiliencePipeline pipeline, bool blocks, CancellationToken cancellationToken)
    {
        if (_http.CreateIdempotencyKeys && !HttpCall.IsSafe(request.Method) && HttpCall.KeyOf(request) is null)
        {
            request.Headers.Remove(IdempotencyKeyHeader);
            request.Headers.TryAddWithoutValidation(IdempotencyKeyHeader, $"\"{Guid.CreateVersion7()}\"");
        }

        return new HttpCall(request, blocks, mayRetry: pipeline.MaxAttempts > 1, cancellationToken);
    }

    private async ValueTask<HttpResponseMessage> AttemptAsync(HttpCall call, CancellationToken cancellationToken)
    {
        try
        {
            if (await call.PrepareAsync(_http.MaxBufferedContent, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                _log.Refused(call, refusal, _http.MaxBufferedContent);
            }
        }
        catch (Exception) when (call.IsCut)
        {
            _log.Cut(call);
            throw;
        }

        return call.Blocks
            ? base.Send(call.Next(), cancellationToken)
            : await base.SendAsync(call.Next(), cancellationToken).ConfigureAwait(false);
    }
}
