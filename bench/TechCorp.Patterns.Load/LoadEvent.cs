namespace TechCorp.Patterns.Load;

/// <summary>The published message: about 230 bytes of JSON, like the events of an order.</summary>
internal sealed record LoadEvent(long Number, string OrderId, string CustomerId, string ProductId, int Quantity, decimal Total, string Currency,
    DateTimeOffset At, string Status)
{
    private static readonly DateTimeOffset Day = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    internal static LoadEvent Of(long number)
        => new(1_000_000 + number, "order-0198c1f2-7a3b-7c4d-9e5f", "customer-000184467", "product-0042-blue", 3, 149.97m, "BRL", Day, "awaiting-payment");
}
