namespace TechCorp.Patterns.Benchmarks;

/// <summary>The result of a scenario.</summary>
internal enum Verdict
{
    Held,
    NotHeld,
    NotOffered,
}
