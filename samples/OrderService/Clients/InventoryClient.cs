using System.Net;
using OrderService.Saga;
using TechCorp.Resilience;

namespace OrderService.Clients;

/// <summary>Calls the inventory service over REST.</summary>
public sealed class InventoryClient(HttpClient http)
{
    /// <summary>Checks whether a quantity of a product is available. The client's handler adds timeout, retry and circuit breaker.</summary>
    /// <returns>Whether the quantity is available; true while the circuit is open, because the saga's reservation decides later.</returns>
    /// <exception cref="HttpRequestException">The product is unknown, or the service does not respond.</exception>
    public async Task<bool> IsAvailableAsync(string productId, long quantity, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await http.GetFromJsonAsync($"/products/{Uri.EscapeDataString(productId)}/availability?quantity={quantity}",
                ClientJson.Default.Availability, cancellationToken);
            return answer?.Available ?? false;
        }
        catch (CircuitOpenException)
        {
            return true;
        }
    }

    internal async Task<string?> ReserveAsync(string key, OrderState order, CancellationToken cancellationToken)
    {
        var body = new Reservation(order.OrderId, [.. order.Items.Select(item => new ReservationLine(item.ProductId, item.Quantity))]);
        using var response = await http.PostAsync("/reservations", key, JsonContent.Create(body, ClientJson.Default.Reservation), cancellationToken);
        if (response.StatusCode == HttpStatusCode.Conflict)
        {
            return (await response.Content.ReadFromJsonAsync(ClientJson.Default.Rejection, cancellationToken))?.Reason ?? "rejected by the inventory";
        }

        response.EnsureSuccessStatusCode();
        return null;
    }

    internal async Task ReleaseAsync(string key, string actionKey, string orderId, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync($"/reservations/{orderId}/release", key,
            JsonContent.Create(new Undo(orderId, actionKey), ClientJson.Default.Undo), cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    internal async Task ConfirmAsync(string key, string orderId, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync($"/reservations/{orderId}/confirm", key, null, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
