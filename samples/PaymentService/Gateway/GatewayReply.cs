namespace PaymentService.Gateway;

/// <summary>What the gateway answered to a charge.</summary>
public sealed record GatewayReply(bool Charged, string? Reason = null);
