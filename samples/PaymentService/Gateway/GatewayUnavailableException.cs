namespace PaymentService.Gateway;

/// <summary>The gateway refused the connection: the request had no effect.</summary>
public sealed class GatewayUnavailableException(string message) : Exception(message);
