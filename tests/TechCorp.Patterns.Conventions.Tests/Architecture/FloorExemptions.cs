namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What the rules of the floors do not hold for.</summary>
internal static class FloorExemptions
{
    /// <summary>For all packages together.</summary>
    public const int Most = 8;

    /// <summary>Natural exceptions: mending them would make the code worse.</summary>
    public static IReadOnlyList<Exemption> Natural { get; } = [];

    /// <summary>Files that are not mended yet, as <c>file: types</c>. This list only shrinks.</summary>
    public static IReadOnlyList<string> NotYet { get; } = [];
}
