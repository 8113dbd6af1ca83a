namespace TechCorp.Patterns.Benchmarks;

/// <summary>What a scenario found.</summary>
internal enum Verdict
{
    Held,
    NotHeld,
    NotOffered,
}
