namespace TechCorp.Messaging;

/// <summary>An exchange as the service wants it; durable. Compared by value.</summary>
/// <param name="Name">At most 255 bytes of UTF-8.</param>
/// <param name="Kind">How it routes.</param>
internal sealed record ExchangeDeclaration(string Name, ExchangeKind Kind);
