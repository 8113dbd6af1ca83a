namespace TechCorp.Messaging;

/// <summary>A binding as the management API describes it; the source of the default exchange is empty.</summary>
internal sealed record ManagedBinding(string Source, string RoutingKey);
