namespace PaymentService;

/// <summary>The body of <c>POST /payments</c>.</summary>
/// <param name="OrderId">The order that is paid.</param>
/// <param name="Amount">In cents.</param>
/// <param name="PaymentToken">The means of payment; the simulated gateway reacts to <c>tok_declined</c>, <c>tok_lost_reply</c> and <c>tok_slow</c>.</param>
public sealed record ChargeRequest(string OrderId, long Amount, string PaymentToken)
{
    internal string? FindProblem() => this switch
    {
        { Amount: <= 0 } => $"amount must be positive; it is {Amount}.",
        { OrderId: null or "" } => "order_id is missing.",
        { PaymentToken: null or "" } => "payment_token is missing.",
        _ => null,
    };
}
