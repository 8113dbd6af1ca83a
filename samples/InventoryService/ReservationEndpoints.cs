using TechCorp.Resilience.AspNetCore;

namespace InventoryService;

/// <summary>The endpoints that the order saga calls. Every call carries an idempotency key and may be repeated any number of times.</summary>
internal static class ReservationEndpoints
{
    internal static void MapReservations(this WebApplication app)
    {
        app.MapPost("/reservations", async (ReserveRequest request, HttpRequest http, Stock stock, CancellationToken cancellationToken) =>
        {
            var (key, problem) = http.ReadIdempotencyKey();
            problem ??= request.FindProblem();
            return problem is null
                ? Respond(await stock.ReserveAsync(key!, request.OrderId, request.Items, cancellationToken), wanted: ["reserved", "sold"])
                : BadRequest(problem);
        });

        app.MapPost("/reservations/{orderId}/release", async (string orderId, ReleaseRequest request, Stock stock, CancellationToken cancellationToken)
            => string.IsNullOrEmpty(request.ActionKey)
                ? BadRequest("action_key is missing: send the Idempotency-Key of the reservation.")
                : Respond(await stock.ReleaseAsync(request.ActionKey, orderId, cancellationToken), wanted: ["released", "rejected", "none"]));

        app.MapPost("/reservations/{orderId}/confirm", async (string orderId, Stock stock, CancellationToken cancellationToken)
            => Respond(await stock.ConfirmAsync(orderId, cancellationToken), wanted: ["sold"]));
    }

    // 200 if the reservation now has a wanted status, whichever call caused it; otherwise 409. Releasing a rejected reservation is not a conflict.
    private static IResult Respond(ReservationResult result, string[] wanted)
        => wanted.Contains(result.Status) ? Results.Ok(result) : Results.Json(result, statusCode: StatusCodes.Status409Conflict);

    private static IResult BadRequest(string problem) => Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest);
}
