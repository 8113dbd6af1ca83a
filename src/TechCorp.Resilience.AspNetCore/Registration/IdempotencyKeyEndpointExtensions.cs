using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Endpoints that answer once for each <c>Idempotency-Key</c>.</summary>
public static class IdempotencyKeyEndpointExtensions
{
    /// <summary>
    /// Requires the header <c>Idempotency-Key</c>, as in the draft of the IETF: the first request with a key runs the endpoint, the same request again gets its
    /// response with <c>Idempotency-Replayed: true</c>. 400 without one well-formed key, 409 with <c>Retry-After</c> while the first runs, 422 for another
    /// request under the key, 403 for a signed-in caller whom nothing identifies, 413 for a body that is too large.
    /// </summary>
    /// <remarks>
    /// <para>Needs <see cref="IdempotencyExecutor"/> in the container, whose lease, retention and waiting it uses.</para>
    /// <para>
    /// The whole endpoint runs on its own <see cref="HttpContext"/>, so that whatever it returns is answered as without a key. A replay has the status, the
    /// body and the headers that the endpoint set, no cookie and no trailer. GET, HEAD, OPTIONS and TRACE need no key. Responses that are not final are
    /// not stored, see <see cref="IdempotencyKeyOptions.NonFinalStatuses"/>; nor is an exception, which passes through. A large or streamed response is sent
    /// and not stored, see <see cref="IdempotencyKeyOptions.MaxResponseBody"/>. MVC controllers are not supported.
    /// </para>
    /// </remarks>
    /// <typeparam name="TBuilder">Of one endpoint or a group.</typeparam>
    /// <param name="endpoint">An endpoint or a group of endpoints.</param>
    /// <param name="configure">Changes, for this endpoint, the options that <see cref="IdempotencyKeyServiceCollectionExtensions.AddTechCorpIdempotencyKeys"/>
    /// set.</param>
    /// <exception cref="InvalidOperationException">When the endpoint is built: it is of MVC or streams events, or there is no executor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">When the endpoint is built: an option is invalid; the message names all that are.</exception>
    public static TBuilder RequireIdempotencyKey<TBuilder>(this TBuilder endpoint, Action<IdempotencyKeyOptions>? configure = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Add(builder =>
        {
            EndpointRules.Check(builder);
            builder.Metadata.Add(new IdempotencyKeyMetadata());
            var services = builder.ApplicationServices;
            var options = (services.GetService<IOptions<IdempotencyKeyOptions>>()?.Value ?? new IdempotencyKeyOptions()).Copy();
            configure?.Invoke(options);
            OptionsCheck.Throw(nameof(IdempotencyKeyOptions), options.Problems());
            var executor = services.GetService<IdempotencyExecutor>()
                ?? throw new InvalidOperationException($"The endpoint '{builder.DisplayName}' requires an Idempotency-Key, and there is no "
                    + "IdempotencyExecutor: call AddTechCorpResilience(resilience => resilience.AddIdempotency()), or register one over "
                    + "the service's own store.");
            var inner = builder.RequestDelegate
                ?? throw new InvalidOperationException($"The endpoint '{builder.DisplayName}' has nothing to run.");
            var logger = services.GetLoggerFactory().CreateLogger("TechCorp.Resilience.AspNetCore");
            builder.RequestDelegate = new IdempotentEndpoint(inner, executor, options, logger).InvokeAsync;
        });
        return endpoint;
    }

    /// <summary>The key of a request to an endpoint that requires one: its scope is method, route and caller.</summary>
    /// <param name="http">The request.</param>
    /// <exception cref="InvalidOperationException">The endpoint does not require a key.</exception>
    public static IdempotencyKey GetIdempotencyKey(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<IdempotencyKeyFeature>()?.Key
            ?? throw new InvalidOperationException($"The endpoint does not require a key: call {nameof(RequireIdempotencyKey)} where it is mapped.");
    }

    /// <summary>Reads the header in an endpoint that is idempotent itself and stores no responses: a quoted string, or a bare key, which many clients send.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>The key, or what is wrong with the header.</returns>
    public static (string? Key, string? Problem) ReadIdempotencyKey(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IdempotencyKeyHeader.Read(request);
    }
}
