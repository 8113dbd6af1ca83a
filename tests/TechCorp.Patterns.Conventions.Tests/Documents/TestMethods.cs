using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The test methods of the repository and the spec ids that they carry, read from the sources.</summary>
internal static partial class TestMethods
{
    private static IReadOnlyList<RepositoryFile> Sources => Repository.Sources(".cs", "tests");

    public static IReadOnlySet<string> Names { get; }
        = Sources.SelectMany(file => PublicMethod().Matches(file.Text)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>Each with the file that carries it.</summary>
    public static IReadOnlyList<(string Id, string File)> SpecIds { get; }
        = [.. Sources.SelectMany(file => SpecTrait().Matches(file.Text).Select(match => (match.Groups[1].Value, file.Path)))];

    [GeneratedRegex(@"public\s+(?:(?:static|async|virtual|override|new|sealed)\s+)*(?:void|(?:Value)?Task)\s+(\w+)\s*(?:<[^>]*>)?\s*\(")]
    private static partial Regex PublicMethod();

    [GeneratedRegex("Trait\\(\\s*\"Spec\"\\s*,\\s*([^)]*?)\\s*\\)")]
    private static partial Regex SpecTrait();
}
