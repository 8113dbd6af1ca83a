using Microsoft.AspNetCore.Mvc;

namespace InventoryService;

/// <summary>The participant's side of the order saga. Every call carries an idempotency key and may come any number of times.</summary>
internal static class ReservationEndpoints
{
    internal static void MapReservations(this WebApplication app)
    {
        app.MapPost("/reservations", async (ReserveRequest request, [FromHeader(Name = "Idempotency-Key")] string? key, Stock stock, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(key) ? MissingKey()
                : request.FindProblem() is { } problem ? Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest)
                : Answer(await stock.ReserveAsync(key, request.OrderId, request.Items, cancellationToken), wanted: ["reserved", "sold"]));

        app.MapPost("/reservations/{orderId}/release", async (string orderId, ReleaseRequest request, Stock stock, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(request.ActionKey) ? MissingKey() : Answer(await stock.ReleaseAsync(request.ActionKey, orderId, cancellationToken), wanted: ["released", "rejected", "none"]));

        app.MapPost("/reservations/{orderId}/confirm", async (string orderId, Stock stock, CancellationToken cancellationToken) =>
            Answer(await stock.ConfirmAsync(orderId, cancellationToken), wanted: ["sold"]));
    }

    // What was asked for is so: 200, however it came to be. Anything else is a conflict; undoing what was refused is no conflict.
    private static IResult Answer(ReservationResult result, string[] wanted)
        => wanted.Contains(result.Status) ? Results.Ok(result) : Results.Json(result, statusCode: StatusCodes.Status409Conflict);

    private static IResult MissingKey() => Results.Problem("Idempotency-Key is missing: send one, and the same one on every attempt.", statusCode: StatusCodes.Status400BadRequest);
}
