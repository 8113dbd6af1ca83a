namespace OrderService.Clients;

/// <summary>A charge request to the payment service; the amount is in cents.</summary>
internal sealed record Charge(string OrderId, long Amount, string PaymentToken);
