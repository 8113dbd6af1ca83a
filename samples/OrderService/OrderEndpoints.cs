using System.Security.Cryptography;
using System.Text;
using OrderService.Clients;
using TechCorp.Resilience;
using TechCorp.Resilience.AspNetCore;

namespace OrderService;

/// <summary>The HTTP endpoints of the orders.</summary>
internal static class OrderEndpoints
{
    internal static void MapOrders(this WebApplication app)
    {
        app.MapPost("/orders", async (
            PlaceOrderRequest request,
            HttpContext http,
            InventoryClient inventory,
            Orders orders,
            CancellationToken cancellationToken) =>
        {
            if (request.FindProblem() is { } problem)
            {
                return Problem(problem, StatusCodes.Status400BadRequest);
            }

            var orderId = OrderIdOf(http.GetIdempotencyKey());
            if (await orders.FindAsync(orderId, cancellationToken) is null && await FindShortageAsync(inventory, request, cancellationToken) is { } rejection)
            {
                return rejection;
            }

            var order = await orders.PlaceAsync(orderId, request, cancellationToken);
            return Results.Accepted($"/orders/{order.OrderId}", order);
        }).RequireIdempotencyKey();

        app.MapGet("/orders/{id}", async (string id, Orders orders, CancellationToken cancellationToken)
            => await orders.FindAsync(id, cancellationToken) is { } order ? Results.Ok(order) : Results.NotFound());
    }

    // The order id derives from the key, so a repeated request finds its order after any crash, without a table of keys.
    private static string OrderIdOf(IdempotencyKey key) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())).AsSpan(0, 16)).ToString();

    private static async Task<IResult?> FindShortageAsync(InventoryClient inventory, PlaceOrderRequest request, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var item in request.Items)
            {
                if (!await inventory.IsAvailableAsync(item.ProductId, item.Quantity, cancellationToken))
                {
                    return Problem($"Product '{item.ProductId}' is not available in that quantity.", StatusCodes.Status409Conflict);
                }
            }

            return null;
        }
        catch (HttpRequestException exception) when (exception.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return Problem("The inventory service does not know one of the products.", StatusCodes.Status422UnprocessableEntity);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException)
        {
            return Problem("The inventory service does not respond; no order was placed. Try again with the same key.",
                StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IResult Problem(string detail, int status) => Results.Problem(detail, statusCode: status);
}
