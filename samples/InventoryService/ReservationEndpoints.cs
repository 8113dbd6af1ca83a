using TechCorp.Samples;

namespace InventoryService;

/// <summary>The participant's side of the order saga. Every call carries an idempotency key and may come any number of times.</summary>
internal static class ReservationEndpoints
{
    internal static void MapReservations(this WebApplication app)
    {
        app.MapPost("/reservations", async (ReserveRequest request, HttpRequest http, Stock stock, CancellationToken cancellationToken) =>
        {
            var (key, problem) = http.ReadIdempotencyKey();
            problem ??= request.FindProblem();
            return problem is null
                ? Answer(await stock.ReserveAsync(key!, request.OrderId, request.Items, cancellationToken), wanted: ["reserved", "sold"])
                : Bad(problem);
        });

        app.MapPost("/reservations/{orderId}/release", async (string orderId, ReleaseRequest request, Stock stock, CancellationToken cancellationToken)
            => string.IsNullOrEmpty(request.ActionKey) ? Bad("action_key is missing: send the Idempotency-Key of the reservation.") : Answer(await stock.ReleaseAsync(request.ActionKey, orderId, cancellationToken), wanted: ["released", "rejected", "none"]));

        app.MapPost("/reservations/{orderId}/confirm", async (string orderId, Stock stock, CancellationToken cancellationToken)
            => Answer(await stock.ConfirmAsync(orderId, cancellationToken), wanted: ["sold"]));
    }

    // What was asked for is so: 200, however it came to be. Anything else is a conflict; undoing what was refused is no conflict.
    private static IResult Answer(ReservationResult result, string[] wanted)
        => wanted.Contains(result.Status) ? Results.Ok(result) : Results.Json(result, statusCode: StatusCodes.Status409Conflict);

    private static IResult Bad(string problem) => Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest);
}
