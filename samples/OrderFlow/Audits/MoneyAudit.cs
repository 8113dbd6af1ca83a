namespace OrderFlow;

/// <summary>Money is conserved: one charge of the right amount for each completed order, and nothing kept of a canceled one. Read from the gateway's ledger.</summary>
internal static class MoneyAudit
{
    internal static async Task RunAsync(Verdict verdict, IReadOnlyList<OrderRow> orders, ServiceFleet fleet, CancellationToken cancellationToken)
    {
        var charges = (await fleet.ReadAsync<Charge>(
            "payment-gateway", "select payment_key as PaymentKey, order_id as OrderId, amount as Amount from gateway_charges", cancellationToken)).ToLookup(charge => charge.OrderId);
        var refunds = (await fleet.ReadAsync<Refund>("payment-gateway", "select payment_key as PaymentKey, amount as Amount from gateway_refunds", cancellationToken))
            .ToDictionary(refund => refund.PaymentKey, refund => refund.Amount);
        var payments = await fleet.ReadAsync<Payment>(
            "payment-service", "select order_id as OrderId, status as Status, asked as Asked, queued as Queued from payments", cancellationToken);

        foreach (var order in orders.Where(order => order.Status != "pending"))
        {
            var charged = charges[order.OrderId].ToList();
            var kept = charged.Sum(charge => charge.Amount) - charged.DistinctBy(charge => charge.PaymentKey).Sum(charge => refunds.GetValueOrDefault(charge.PaymentKey));
            var expected = order.Status == "completed" ? 1 : Math.Min(1, charged.Count);
            verdict.Expect($"charge for order {order.OrderId}", expected, charged.Count);
            verdict.Require(kept == (order.Status == "completed" ? order.Amount : 0), $"order {order.OrderId} is {order.Status} and {kept} cents of its {order.Amount} are kept");
        }

        var all = charges.SelectMany(group => group).Sum(charge => charge.Amount) - refunds.Values.Sum();
        var owed = orders.Where(order => order.Status == "completed").Sum(order => order.Amount);
        verdict.Require(all == owed, $"money is not conserved: {all} cents were kept, {owed} are owed");
        verdict.Require(payments.All(payment => payment.Status is "charged" or "declined" or "refunded" or "cancelled"), "a payment is still open");
        verdict.Refunded = refunds.Values.Count(amount => amount > 0);
        verdict.RefundedOrders = charges.SelectMany(group => group).Where(charge => refunds.GetValueOrDefault(charge.PaymentKey) > 0).Select(charge => charge.OrderId).ToHashSet();
        verdict.QueuedPayments = (int)payments.Sum(payment => payment.Queued);
        verdict.QueuedAndCharged = payments.Count(payment => payment is { Queued: > 0, Status: "charged" });
        verdict.MostPaymentAttempts = (int)payments.Where(payment => payment.Status == "refunded").Select(payment => payment.Asked).DefaultIfEmpty().Max();
    }

    private sealed record Charge(string PaymentKey, string OrderId, long Amount);

    private sealed record Refund(string PaymentKey, long Amount);

    private sealed record Payment(string OrderId, string Status, long Asked, long Queued);
}
