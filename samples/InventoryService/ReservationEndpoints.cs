using Microsoft.AspNetCore.Mvc;

namespace InventoryService;

/// <summary>The participant's side of the order saga. Every call carries an idempotency key and may come any number of times.</summary>
internal static class ReservationEndpoints
{
    internal static void MapReservations(this WebApplication app)
    {
        app.MapPost("/reservations", async (ReserveRequest request, [FromHeader(Name = "Idempotency-Key")] string? key, Stock stock, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(key) ? MissingKey() : Answer(await stock.ReserveAsync(key, request.OrderId, request.Items, cancellationToken)));

        app.MapPost("/reservations/{orderId}/release", async (string orderId, ReleaseRequest request, Stock stock, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(request.ActionKey) ? MissingKey() : Answer(await stock.ReleaseAsync(request.ActionKey, orderId, cancellationToken)));

        app.MapPost("/reservations/{orderId}/confirm", async (string orderId, Stock stock, CancellationToken cancellationToken) =>
            Answer(await stock.ConfirmAsync(orderId, cancellationToken)));
    }

    private static IResult Answer(ReservationResult result) => result.Status switch
    {
        "rejected" => Results.Json(result, statusCode: StatusCodes.Status409Conflict),
        _ => Results.Ok(result),
    };

    private static IResult MissingKey() => Results.Problem("Idempotency-Key is missing: send one, and the same one on every attempt.", statusCode: StatusCodes.Status400BadRequest);
}
