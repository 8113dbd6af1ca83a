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
/// Answers a POST once for each <c>Idempotency-Key</c>: again the same answer to the same request, 422 to another address or body, 409 while it runs, 400 without a key.
/// What is not final (a failure, or a status the endpoint names) is answered but not kept: the same key asks again.
/// </summary>
/// <param name="open">The endpoint's own statuses that are not final, such as 202 for what is queued.</param>
internal sealed class IdempotencyFilter<TRequest>(int[] open) : IEndpointFilter
{
    private static readonly JsonResultSerializer<StoredAnswer> Serializer = new("http-answer", StoredAnswerJson.Default.StoredAnswer);

    // Of the endpoint's refusals those are not final that it says of this moment, or before it began.
    private static readonly int[] AlwaysOpen = [StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status409Conflict, StatusCodes.Status429TooManyRequests];

    private readonly IdempotentOperation<Call, StoredAnswer> _operation = new(
        async (call, _, cancellationToken) =>
        {
            var answer = await call.RunAsync(cancellationToken);
            return answer.Status >= StatusCodes.Status500InternalServerError || AlwaysOpen.Contains(answer.Status) || open.Contains(answer.Status)
                ? throw new OpenAnswerException(answer)
                : answer;
        },
        Serializer);

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
            return Results.Problem("The body is missing or cannot be read.", statusCode: StatusCodes.Status400BadRequest); // binding failed, and filters run all the same
        }

        var key = new IdempotencyKey(ScopeOf(http), value);
        http.Features.Set(new IdempotencyKeyFeature(key));
        try
        {
            var answer = await http.RequestServices.GetRequiredService<IdempotencyExecutor>()
                .ExecuteAsync(_operation, key, FingerprintOf(http, request), new Call(context, next), http.RequestAborted);
            return answer.Value with { IsReplay = answer.Replayed };
        }
        catch (OpenAnswerException exception)
        {
            return exception.Answer;
        }
        catch (IdempotencyConflictException exception)
        {
            return Later(http, StatusCodes.Status409Conflict, "A request with this Idempotency-Key still runs. Ask again with the same key after Retry-After.", exception.RetryAfter);
        }
        catch (IdempotencyMismatchException)
        {
            return Results.Problem("This Idempotency-Key belongs to a request with another address or body. Send a new key with a new request.", statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        catch (Exception exception) when (exception is IdempotencyLeaseLostException or CompletionUnknownException)
        {
            return Later(http, StatusCodes.Status503ServiceUnavailable, "How the request ended could not be kept. Ask again with the same key after Retry-After.", IdempotentEndpoints.Lease);
        }
    }

    // The route, and a caller who must never see another's answers; nobody has signed in to the samples.
    private static string ScopeOf(HttpContext http)
    {
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? http.Request.Path.Value;
        var caller = http.User.Identity?.Name is { } name ? Fingerprint.Of(name).Value : "anonymous";
        return $"{http.Request.Method} {route} {caller}";
    }

    private static Fingerprint FingerprintOf(HttpContext http, TRequest request)
    {
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

        // The route alone would not tell /orders/1 from /orders/2. No address has a line break, so no two requests read the same.
        var address = Encoding.UTF8.GetBytes($"{http.Request.PathBase}{http.Request.Path}{http.Request.QueryString}\n");
        return Fingerprint.Of([.. address, .. JsonSerializer.SerializeToUtf8Bytes(request, json)]);
    }

    private static IResult Later(HttpContext http, int status, string detail, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Results.Problem(detail, statusCode: status);
    }

    private sealed record Call(EndpointFilterInvocationContext Context, EndpointFilterDelegate Next)
    {
        internal async Task<StoredAnswer> RunAsync(CancellationToken cancellationToken)
        {
            // The endpoint stops when its lease is lost, not only when the caller hangs up.
            for (var i = 0; i < Context.Arguments.Count; i++)
            {
                Context.Arguments[i] = Context.Arguments[i] is CancellationToken ? cancellationToken : Context.Arguments[i];
            }

            return await StoredAnswer.CaptureAsync(Context.HttpContext, () => Next(Context));
        }
    }
}
