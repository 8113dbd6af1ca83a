namespace PaymentService.Gateway;

/// <summary>The gateway's reply to a charge.</summary>
public sealed record GatewayReply(bool Charged, string? Reason = null);
