namespace PaymentService;

/// <summary>The body of <c>POST /payments</c>.</summary>
/// <param name="OrderId">What is paid.</param>
/// <param name="Amount">In cents.</param>
/// <param name="PaymentToken">The means of payment; the simulated gateway reacts to <c>tok_declined</c>, <c>tok_lost_reply</c> and <c>tok_slow</c>.</param>
public sealed record ChargeRequest(string OrderId, long Amount, string PaymentToken);
