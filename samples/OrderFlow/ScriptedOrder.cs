namespace OrderFlow;

/// <summary>Order number n and the fate that is written for it; the script repeats every twenty orders.</summary>
internal sealed record ScriptedOrder(int Number)
{
    /// <summary>A product of which the books say there is some, and the shelf knows better: found out when it is reserved.</summary>
    internal const string PhantomProduct = "sku-phantom";

    internal static IReadOnlyList<string> Products { get; } = ["sku-book", "sku-lamp", "sku-chair"];

    private int Place => ((Number - 1) % 20) + 1;

    internal bool IsOutOfStock => Place == 9;

    /// <summary>The gateway charges, loses the reply and stays away until the retry budget is spent.</summary>
    internal bool LosesReply => Place == 13;

    /// <summary>Falls into an outage of the gateway that opens the circuit.</summary>
    internal bool MeetsOutage => Place is 15 or 16;

    internal ScriptedEnd End => Place switch
    {
        5 or 9 => ScriptedEnd.Compensated,
        13 => ScriptedEnd.Refunded,
        _ => ScriptedEnd.Completed,
    };

    internal string Key => $"orderflow-{Number:00000}";

    internal object Body => new
    {
        user_id = $"user-{Number % 7}",
        payment_token = Place == 5 ? "tok_declined" : LosesReply ? "tok_lost_reply" : "tok_visa",
        items = Lines.Select(line => new { product_id = line.Product, quantity = line.Quantity, unit_price = PriceOf(line.Product) }),
    };

    /// <summary>What is ordered; no product twice.</summary>
    internal IReadOnlyList<(string Product, int Quantity)> Lines => IsOutOfStock
        ? [(PhantomProduct, 1)]
        : [(Products[Number % 3], 1 + (Number % 2)), (Products[(Number + 1) % 3], 1)];

    /// <summary>What it costs, in cents.</summary>
    internal long Amount => Lines.Sum(line => (long)line.Quantity * PriceOf(line.Product));

    private static int PriceOf(string product) => 100 * product.Length;
}
