namespace OrderService.Clients;

/// <summary>What the payment service is to take; the amount in cents.</summary>
internal sealed record Charge(string OrderId, long Amount, string PaymentToken);
