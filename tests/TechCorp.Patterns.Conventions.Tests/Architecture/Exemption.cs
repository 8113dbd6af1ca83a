namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A type that a file may name although the floors forbid it.</summary>
internal sealed record Exemption(string File, string Type, string Reason);
