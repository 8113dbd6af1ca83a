using PaymentService.Gateway;
using TechCorp.Resilience;
using TechCorp.Resilience.AspNetCore;

namespace PaymentService;

/// <summary>The HTTP endpoints to charge and refund, each by idempotency key.</summary>
internal static class PaymentEndpoints
{
    internal static void MapPayments(this WebApplication app)
    {
        // 202 is not final: a repeated request with the same key returns the current status.
        #region snippet: guide-idempotency-endpoint
        app.MapPost("/payments", async (ChargeRequest request, HttpContext http, Payments payments, CancellationToken cancellationToken)
            => request.FindProblem() is { } problem
                ? Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest)
                : await RespondAsync(() => payments.ChargeAsync(http.GetIdempotencyKey().Value, request, cancellationToken), wanted: [PaymentStatus.Charged]))
            .RequireIdempotencyKey(keys => keys.NonFinalStatuses.Add(StatusCodes.Status202Accepted));
        #endregion

        app.MapPost("/payments/refunds", async (RefundRequest request, Payments payments, CancellationToken cancellationToken)
            => string.IsNullOrEmpty(request.ActionKey)
                ? Results.Problem("action_key is missing: send the Idempotency-Key of the charge to refund.", statusCode: StatusCodes.Status400BadRequest)
                : await RespondAsync(() => payments.RefundAsync(request, cancellationToken),
                    wanted: [PaymentStatus.Refunded, PaymentStatus.Cancelled, PaymentStatus.Declined]))
            .RequireIdempotencyKey(keys => keys.NonFinalStatuses.Add(StatusCodes.Status202Accepted));

        app.MapGet("/payments/{key}", async (string key, PaymentStore store, CancellationToken cancellationToken)
            => await store.FindAsync(key, cancellationToken) is { } payment ? Results.Ok(PaymentView.Of(payment)) : Results.NotFound());

        app.MapGet("/payments", async (string orderId, PaymentStore store, CancellationToken cancellationToken)
            => Results.Ok((await store.FindByOrderAsync(orderId, cancellationToken)).Select(PaymentView.Of)));
    }

    private static async Task<IResult> RespondAsync(Func<Task<Payment>> operation, string[] wanted)
    {
        try
        {
            var payment = await operation();
            var view = PaymentView.Of(payment);
            return payment.Status switch
            {
                _ when wanted.Contains(payment.Status) => Results.Ok(view),
                PaymentStatus.Declined => Results.Json(view, statusCode: StatusCodes.Status402PaymentRequired),
                PaymentStatus.Queued or PaymentStatus.Unknown or PaymentStatus.Refunding
                    => Results.Json(new { status = PaymentStatus.Queued }, statusCode: StatusCodes.Status202Accepted),
                _ => Results.Json(view, statusCode: StatusCodes.Status409Conflict),
            };
        }
        catch (Exception exception) when (exception is GatewayUnavailableException or CircuitOpenException)
        {
            return Results.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception exception) when (exception is GatewayReplyLostException or TimeoutRejectedException)
        {
            return Results.Problem(exception.Message, statusCode: StatusCodes.Status504GatewayTimeout);
        }
    }
}
