namespace TechCorp.Resilience;

/// <summary>The result of an operation without one.</summary>
internal readonly struct Nothing;
