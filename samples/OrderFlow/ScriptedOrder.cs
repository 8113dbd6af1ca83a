namespace OrderFlow;

/// <summary>An order by its number, with the faults that it meets and its expected outcome. The script repeats every twenty orders.</summary>
internal sealed record ScriptedOrder(int Number)
{
    /// <summary>A product that is in stock according to the database but not on the shelf; the reservation discovers it.</summary>
    internal const string PhantomProduct = "sku-phantom";

    internal static IReadOnlyList<string> Products { get; } = ["sku-book", "sku-lamp", "sku-chair"];

    private int Position => ((Number - 1) % 20) + 1;

    internal bool IsOutOfStock => Position == 9;

    /// <summary>The gateway charges and then loses every reply, until the saga has used all attempts.</summary>
    internal bool LosesReply => Position == 13;

    /// <summary>Placed during a gateway outage that opens the circuit.</summary>
    internal bool MeetsOutage => Position is 15 or 16;

    internal ExpectedOutcome Outcome => Position switch
    {
        5 or 9 => ExpectedOutcome.Compensated,
        13 => ExpectedOutcome.Refunded,
        _ => ExpectedOutcome.Completed,
    };

    internal string Key => $"orderflow-{Number:00000}";

    internal object Body => new
    {
        user_id = $"user-{Number % 7}",
        payment_token = Position == 5 ? "tok_declined" : LosesReply ? "tok_lost_reply" : "tok_visa",
        items = Lines.Select(line => new { product_id = line.Product, quantity = line.Quantity, unit_price = PriceOf(line.Product) }),
    };

    /// <summary>The ordered products, each on one line.</summary>
    internal IReadOnlyList<(string Product, int Quantity)> Lines => IsOutOfStock
        ? [(PhantomProduct, 1)]
        : [(Products[Number % 3], 1 + (Number % 2)), (Products[(Number + 1) % 3], 1)];

    /// <summary>The total price in cents.</summary>
    internal long Amount => Lines.Sum(line => (long)line.Quantity * PriceOf(line.Product));

    private static int PriceOf(string product) => 100 * product.Length;
}
