namespace TechCorp.Resilience;

/// <summary>The result of an operation that has none.</summary>
internal readonly record struct NoResult;
