using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TechCorp.Resilience;

namespace TechCorp.Samples;

/// <summary>
/// Answers a POST once for each <c>Idempotency-Key</c>: it repeats the stored response to the same request, and responds with 422 to another address or body,
/// 409 while the first request runs, and 400 without a key.
/// It does not store a response that is not final (a failure, or a status that the endpoint names): a request with the same key runs the endpoint again.
/// </summary>
/// <param name="notFinal">The statuses of the endpoint that are not final, such as 202 for queued work.</param>
internal sealed class IdempotencyFilter<TRequest>(int[] notFinal) : IEndpointFilter
{
    // These errors depend on the moment, or come before the endpoint does anything, so a repetition may succeed.
    private static readonly int[] NeverFinal = [StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status409Conflict,
        StatusCodes.Status429TooManyRequests];

    private readonly IdempotentOperation<Call, StoredResponse> _operation = new(
        async (call, _, cancellationToken) =>
        {
            var response = await call.RunAsync(cancellationToken);
            return response.Status >= StatusCodes.Status500InternalServerError || NeverFinal.Contains(response.Status) || notFinal.Contains(response.Status)
                ? throw new NonFinalResponseException(response)
                : response;
        },
        "http-response",
        StoredResponseJson.Default.StoredResponse);

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var (value, problem) = IdempotencyKeyHeader.Read(http.Request);
        if (value is null)
        {
            return Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest);
        }

        if (context.Arguments.OfType<TRequest>().SingleOrDefault() is not { } request)
        {
            return Results.Problem("The body is missing or cannot be read.", statusCode: StatusCodes.Status400BadRequest); // filters run even if binding failed
        }

        var key = new IdempotencyKey(ScopeOf(http), value);
        http.Features.Set(new IdempotencyKeyFeature(key));
        try
        {
            var response = await http.RequestServices.GetRequiredService<IdempotencyExecutor>()
                .ExecuteAsync(_operation, key, FingerprintOf(http, request), new Call(context, next), http.RequestAborted);
            return response.Value with { IsReplay = response.Replayed };
        }
        catch (NonFinalResponseException exception)
        {
            return exception.Response;
        }
        catch (IdempotencyException exception) when (exception.Reason == IdempotencyFailureReason.Conflict)
        {
            return RetryLater(http, StatusCodes.Status409Conflict,
                "A request with this Idempotency-Key still runs. Repeat the request with the same key after Retry-After.",
                exception.RetryAfter ?? IdempotentEndpoints.Lease);
        }
        catch (IdempotencyException exception) when (exception.Reason == IdempotencyFailureReason.Mismatch)
        {
            return Results.Problem("This Idempotency-Key belongs to a request with another address or body. Send a new key with a new request.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        catch (IdempotencyException exception) when (exception.Reason is IdempotencyFailureReason.LeaseLost or IdempotencyFailureReason.CompletionUnknown)
        {
            return RetryLater(http, StatusCodes.Status503ServiceUnavailable,
                "The outcome of the request could not be stored. Repeat the request with the same key after Retry-After.", IdempotentEndpoints.Lease);
        }
    }

    // The scope contains the caller, so that no caller gets the response of another one. The samples have no authentication.
    private static string ScopeOf(HttpContext http)
    {
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? http.Request.Path.Value;
        var caller = http.User.Identity?.Name is { } name ? Fingerprint.Of(name).Value : "anonymous";
        return $"{http.Request.Method} {route} {caller}";
    }

    private static Fingerprint FingerprintOf(HttpContext http, TRequest request)
    {
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

        // The fingerprint contains the address, because the route alone does not distinguish /orders/1 from /orders/2. An address has no line break,
        // so the two parts cannot be confused.
        var address = Encoding.UTF8.GetBytes($"{http.Request.PathBase}{http.Request.Path}{http.Request.QueryString}\n");
        return Fingerprint.Of([.. address, .. JsonSerializer.SerializeToUtf8Bytes(request, json)]);
    }

    private static IResult RetryLater(HttpContext http, int status, string detail, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Results.Problem(detail, statusCode: status);
    }

    private sealed record Call(EndpointFilterInvocationContext Context, EndpointFilterDelegate Next)
    {
        internal async Task<StoredResponse> RunAsync(CancellationToken cancellationToken)
        {
            // Cancels the endpoint also when its lease is lost, not only when the caller disconnects.
            for (var i = 0; i < Context.Arguments.Count; i++)
            {
                Context.Arguments[i] = Context.Arguments[i] is CancellationToken ? cancellationToken : Context.Arguments[i];
            }

            return await StoredResponse.CaptureAsync(Context.HttpContext, () => Next(Context));
        }
    }
}
