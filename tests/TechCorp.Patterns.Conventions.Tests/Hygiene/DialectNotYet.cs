namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What does not keep the dialect yet. The numbers only go down.</summary>
internal static class DialectNotYet
{
    /// <summary>Of a package, the lines that are longer than 160 columns.</summary>
    public static IReadOnlyDictionary<string, int> LongLines { get; } = new Dictionary<string, int>
    {
        ["src/Shared"] = 11,
        ["src/TechCorp.Messaging"] = 294,
        ["src/TechCorp.Outbox"] = 245,
        ["src/TechCorp.Resilience"] = 29,
    };
}
