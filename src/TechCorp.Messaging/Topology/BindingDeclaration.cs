namespace TechCorp.Messaging;

/// <summary>A binding as the service wants it. Compared by value.</summary>
/// <param name="Exchange">Where messages come from.</param>
/// <param name="Queue">Where they go.</param>
/// <param name="RoutingKey">The key or pattern; empty for fanout.</param>
internal sealed record BindingDeclaration(string Exchange, string Queue, string RoutingKey);
