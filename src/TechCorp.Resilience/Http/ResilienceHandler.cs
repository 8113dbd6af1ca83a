using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

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
/// <para>Each attempt sends the request as it was given, also when an inner handler followed a redirect, which rewrites it.</para>
/// <para>The limit of an attempt covers the time to the response headers. When no attempt is left, the last response is returned as it is.</para>
/// <para><see cref="HttpClient.Timeout"/> (100 s by default) cancels the whole call and must be longer than all attempts and waits together.</para>
/// </remarks>
public sealed class ResilienceHandler : DelegatingHandler
{
    /// <summary>The header that makes it safe to repeat a request of any method.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    private readonly AuthorityPipelines _pipelines;
    private readonly ResilientOperation<HttpCall, HttpResponseMessage> _operation;

    /// <summary>Makes a handler with its own circuits.</summary>
    /// <param name="name">Names it; a circuit's name is this and its authority.</param>
    /// <param name="options">The stages. Default: <see cref="ResiliencePipelineOptions"/> as it is.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public ResilienceHandler(string name, ResiliencePipelineOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(new AuthorityPipelines(name, options ?? new ResiliencePipelineOptions(), timeProvider, logger))
    {
    }

    internal ResilienceHandler(AuthorityPipelines pipelines)
    {
        _pipelines = pipelines;
        _operation = HttpOperation.Describe(pipelines.TimeProvider, Send);

        ValueTask<HttpResponseMessage> Send(HttpCall call, CancellationToken cancellationToken) => call.Blocks
            ? new(base.Send(call.Again(), cancellationToken))
            : new(base.SendAsync(call.Again(), cancellationToken));
    }

    /// <summary>The circuits of the authorities that requests went to, for health checks.</summary>
    public IReadOnlyCollection<CircuitBreaker> Circuits => _pipelines.Circuits;

    /// <inheritdoc/>
    /// <exception cref="CircuitOpenException">The authority's circuit is not closed; the request was not sent.</exception>
    /// <exception cref="TimeoutRejectedException">The last attempt got no answer in time.</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _pipelines.For(request).ExecuteAsync(_operation, Describe(request, blocks: false), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    /// <exception cref="CircuitOpenException">The authority's circuit is not closed; the request was not sent.</exception>
    /// <exception cref="TimeoutRejectedException">The last attempt got no answer in time.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _pipelines.For(request).Execute(_operation, Describe(request, blocks: true), cancellationToken);
    }

    private HttpCall Describe(HttpRequestMessage request, bool blocks)
    {
        var call = new HttpCall(request, blocks);
        if (call.IsSafeToRepeat && !call.HasRepeatableContent)
        {
            _pipelines.Logger.ContentNotRepeatable(_pipelines.Name, call.Method.Method, call.Content!.GetType().Name);
        }

        return call;
    }
}
