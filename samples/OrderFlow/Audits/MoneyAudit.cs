namespace OrderFlow;

/// <summary>Checks the gateway's ledger: one charge of the right amount for each completed order, and no money kept for a canceled one.</summary>
internal static class MoneyAudit
{
    internal static async Task RunAsync(FlowResult result, IReadOnlyList<OrderRow> orders, ServiceFleet fleet, CancellationToken cancellationToken)
    {
        var charges = (await fleet.ReadAsync<Charge>(
            "payment-gateway", "select payment_key as PaymentKey, order_id as OrderId, amount as Amount from gateway_charges", cancellationToken))
            .ToLookup(charge => charge.OrderId);
        var refunds = (await fleet.ReadAsync<Refund>("payment-gateway", "select payment_key as PaymentKey, amount as Amount from gateway_refunds",
            cancellationToken))
            .ToDictionary(refund => refund.PaymentKey, refund => refund.Amount);
        var payments = await fleet.ReadAsync<Payment>(
            "payment-service", "select order_id as OrderId, status as Status, asked as Asked, queued as Queued from payments", cancellationToken);

        foreach (var order in orders.Where(order => order.Status != "pending"))
        {
            var charged = charges[order.OrderId].ToList();
            var kept = charged.Sum(charge => charge.Amount) - charged.DistinctBy(charge => charge.PaymentKey)
                .Sum(charge => refunds.GetValueOrDefault(charge.PaymentKey));
            var expected = order.Status == "completed" ? 1 : Math.Min(1, charged.Count);
            result.Expect($"charge for order {order.OrderId}", expected, charged.Count);
            result.Require(kept == (order.Status == "completed" ? order.Amount : 0),
                $"order {order.OrderId} is {order.Status}, but {kept} of its {order.Amount} cents are kept");
        }

        var all = charges.SelectMany(group => group).Sum(charge => charge.Amount) - refunds.Values.Sum();
        var owed = orders.Where(order => order.Status == "completed").Sum(order => order.Amount);
        result.Require(all == owed, $"the gateway kept {all} cents, but the completed orders amount to {owed} cents");
        result.Require(payments.All(payment => payment.Status is "charged" or "declined" or "refunded" or "cancelled"), "a payment has no final status");
        result.Refunded = refunds.Values.Count(amount => amount > 0);
        result.RefundedOrders = charges.SelectMany(group => group).Where(charge => refunds.GetValueOrDefault(charge.PaymentKey) > 0)
            .Select(charge => charge.OrderId).ToHashSet();
        result.QueuedPayments = (int)payments.Sum(payment => payment.Queued);
        result.QueuedAndCharged = payments.Count(payment => payment is { Queued: > 0, Status: "charged" });
        result.MostPaymentAttempts = (int)payments.Where(payment => payment.Status == "refunded").Select(payment => payment.Asked).DefaultIfEmpty().Max();
    }

    private sealed record Charge(string PaymentKey, string OrderId, long Amount);

    private sealed record Refund(string PaymentKey, long Amount);

    private sealed record Payment(string OrderId, string Status, long Asked, long Queued);
}
