using System.Security.Cryptography;
using System.Text;
using OrderService.Clients;
using TechCorp.Resilience;
using TechCorp.Samples;

namespace OrderService;

/// <summary>Orders over HTTP.</summary>
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
            if (await orders.FindAsync(orderId, cancellationToken) is null && await FindShortageAsync(inventory, request, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            var order = await orders.PlaceAsync(orderId, request, cancellationToken);
            return Results.Accepted($"/orders/{order.OrderId}", order);
        }).RequireIdempotencyKey<PlaceOrderRequest>();

        app.MapGet("/orders/{id}", async (string id, Orders orders, CancellationToken cancellationToken)
            => await orders.FindAsync(id, cancellationToken) is { } order ? Results.Ok(order) : Results.NotFound());
    }

    // The same key gives the same order, whatever crashes in between: the id needs no table of its own.
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
            return Problem("A product is unknown to the inventory.", StatusCodes.Status422UnprocessableEntity);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException)
        {
            return Problem("The inventory does not answer; nothing was ordered. Try again with the same key.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IResult Problem(string detail, int status) => Results.Problem(detail, statusCode: status);
}
