namespace InventoryService;

/// <summary>The HTTP endpoints of the products: availability and initial stock.</summary>
internal static class ProductEndpoints
{
    internal static void MapProducts(this WebApplication app)
    {
        app.MapGet("/products/{id}/availability", async (string id, long quantity, Stock stock, CancellationToken cancellationToken)
            => quantity < 1
                ? Results.Problem($"quantity must be at least 1; it is {quantity}.", statusCode: StatusCodes.Status400BadRequest)
                : await stock.FindAvailableAsync(id, cancellationToken) is { } available
                    ? Results.Ok(new { available = available >= quantity })
                    : Results.Problem($"Product '{id}' is unknown.", statusCode: StatusCodes.Status404NotFound));

        app.MapPut("/products/{id}", async (string id, StockRequest request, Stock stock, CancellationToken cancellationToken) =>
        {
            if (request.OnHand < 0 || request.Missing < 0 || request.Missing > request.OnHand)
            {
                return Results.Problem("on_hand must not be negative, and missing must be between 0 and on_hand.", statusCode: StatusCodes.Status400BadRequest);
            }

            await stock.CreateProductAsync(id, request, cancellationToken);
            return Results.NoContent();
        });
    }
}
