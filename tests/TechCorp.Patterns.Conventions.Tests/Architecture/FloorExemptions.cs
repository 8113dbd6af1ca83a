namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Exceptions from the rules of the floors.</summary>
internal static class FloorExemptions
{
    /// <summary>The highest number of permanent exceptions in all packages together.</summary>
    public const int Most = 8;

    /// <summary>Permanent exceptions: removing them would make the code worse.</summary>
    public static IReadOnlyList<Exemption> Permanent { get; } = [];

    /// <summary>Files that break the rules, as <c>file: types</c>. This list only shrinks.</summary>
    public static IReadOnlyList<string> KnownViolations { get; } = [];
}
