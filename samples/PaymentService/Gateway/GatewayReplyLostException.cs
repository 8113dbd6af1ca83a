namespace PaymentService.Gateway;

/// <summary>The connection was lost before the reply arrived: the request may have had its effect.</summary>
public sealed class GatewayReplyLostException(string message) : Exception(message);
