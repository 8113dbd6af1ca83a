using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>
/// Wraps all of an endpoint: reading the body, binding, filters, handler and writing the result. So its response is the one that it would send without a key,
/// whatever it returns.
/// </summary>
internal sealed class IdempotentEndpoint(RequestDelegate endpoint, IdempotencyExecutor executor, IdempotencyKeyOptions options, ILogger logger)
{
    private const int LongRoute = 128;

    private static readonly IdempotentOperation<EndpointCall, StoredResponse> Operation = new(
        static (call, _, cancellationToken) => call.RunAsync(cancellationToken),
        "http-response",
        StoredResponseJson.Default.StoredResponse);

    internal async Task InvokeAsync(HttpContext http)
    {
        if (IsSafe(http.Request.Method))
        {
            await endpoint(http).ConfigureAwait(false);
            return;
        }

        var (value, problem) = IdempotencyKeyHeader.Read(http.Request);
        if (value is null)
        {
            await IdempotencyProblem.KeyIsWrongAsync(http, problem!).ConfigureAwait(false);
            return;
        }

        if (CallerIdentity.Of(http, options) is not { } caller)
        {
            LogUnknownCaller(http);
            await IdempotencyProblem.CallerIsUnknownAsync(http).ConfigureAwait(false);
            return;
        }

        if (await RequestBody.BufferAsync(http.Request, options.MaxRequestBody, http.RequestAborted).ConfigureAwait(false) is not { } body)
        {
            await IdempotencyProblem.BodyIsTooLargeAsync(http, options.MaxRequestBody).ConfigureAwait(false);
            return;
        }

        var key = new IdempotencyKey(ScopeOf(http, caller), value);
        http.Features.Set(new IdempotencyKeyFeature(key));
        var fingerprint = RequestFingerprint.Of(http.Request, options.FingerprintHeaders, body.GetBuffer().AsSpan(0, (int)body.Length));
        await AnswerAsync(http, key, fingerprint).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext http, IdempotencyKey key, Fingerprint fingerprint)
    {
        using var patience = options.CancelWhenCallerDisconnects ? null : new CallerPatience(http.RequestAborted);
        var call = new EndpointCall(http, endpoint, options, patience);
        try
        {
            var token = patience?.Token ?? http.RequestAborted;
            var result = await executor.ExecuteAsync(Operation, key, fingerprint, call, token).ConfigureAwait(false);
            await AnswerAsync(http, call, result).ConfigureAwait(false);
        }
        catch (NonFinalResponseException) when (call.HasRun)
        {
            await call.SendAsync().ConfigureAwait(false);
        }
        catch (NonFinalResponseException exception) when (exception.Response.HasBody)
        {
            await exception.Response.WriteAsync(http, isReplay: false).ConfigureAwait(false); // this request waited for another one
        }
        catch (NonFinalResponseException)
        {
            await IdempotencyProblem.IsInProgressAsync(http, retryAfter: null).ConfigureAwait(false); // the other one's response was streamed: repeat
        }
        catch (IdempotencyException exception) when (!call.IsSent && exception.Reason is IdempotencyFailureReason.Conflict
            or IdempotencyFailureReason.Mismatch or IdempotencyFailureReason.LeaseLost or IdempotencyFailureReason.CompletionUnknown)
        {
            call.Undo();
            await (exception.Reason switch
            {
                IdempotencyFailureReason.Conflict => IdempotencyProblem.IsInProgressAsync(http, exception.RetryAfter),
                IdempotencyFailureReason.Mismatch => IdempotencyProblem.KeyIsUsedAsync(http),
                _ => IdempotencyProblem.OutcomeIsUnknownAsync(http, exception.RetryAfter),
            }).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext http, EndpointCall call, IdempotentResult<StoredResponse> result)
    {
        if (!result.Replayed)
        {
            if (call.IsSent)
            {
                logger.ResponseNotStored(NameOf(http), options.MaxResponseBody);
            }

            await call.SendAsync().ConfigureAwait(false);
        }
        else if (!result.Value.HasBody)
        {
            await IdempotencyProblem.IsNotStoredAsync(http, result.Value.Status).ConfigureAwait(false);
        }
        else
        {
            await result.Value.WriteAsync(http, isReplay: true).ConfigureAwait(false);
        }
    }

    private void LogUnknownCaller(HttpContext http)
    {
        if (options.Identity is null && !CallerIdentity.IsSignedIn(http))
        {
            logger.CallerNotAuthenticated(NameOf(http));
        }
        else
        {
            logger.CallerNotIdentified(NameOf(http));
        }
    }

    private static bool IsSafe(string method)
        => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static string ScopeOf(HttpContext http, string caller)
    {
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? http.Request.Path.Value ?? "/";
        return $"{http.Request.Method} {(route.Length > LongRoute ? Fingerprint.Of(route).Value : route)} {caller}";
    }

    private static string NameOf(HttpContext http) => http.GetEndpoint()?.DisplayName ?? http.Request.Method;
}
