namespace PaymentService.Gateway;

/// <summary>The connection broke before the reply came: the request may have had its effect.</summary>
public sealed class GatewayReplyLostException(string message) : Exception(message);
