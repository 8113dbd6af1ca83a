using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The pages of <c>docs/requirements</c>, which define the ids that tests and documents name.</summary>
internal static partial class RequirementPages
{
    public const string Folder = "docs/requirements";

    public static IReadOnlyList<Requirement> All { get; }
        = [.. Repository.Sources(".md", Folder)
            .SelectMany(page => page.Lines.Index().Select(line => Read(page, line.Index + 1, line.Item)).OfType<Requirement>())];

    /// <summary>The defined ids. A separate rule finds an id that is defined twice.</summary>
    public static IReadOnlySet<string> Ids { get; } = All.Select(requirement => requirement.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>The families that the readme lists, each with the page that it names.</summary>
    public static IReadOnlyList<(string Family, string Page)> Families { get; }
        = [.. FamilyRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, Folder, "README.md")))
            .Select(match => (match.Groups[1].Value, $"{Folder}/{match.Groups[2].Value}"))];

    // Only the known families: CA1707 has the shape of an id too.
    private static readonly Regex IdOfKnownFamily = new($@"\b(?:{string.Join('|', Families.Select(row => row.Family))})[0-9]+\b",
        RegexOptions.CultureInvariant);

    /// <summary>What a text names that looks like an id of a listed family, defined or not.</summary>
    public static IEnumerable<string> IdsIn(string text) => IdOfKnownFamily.Matches(text).Select(match => match.Value);

    private static Requirement? Read(RepositoryFile page, int line, string text)
    {
        var row = Row().Match(text);
        return row.Success ? new Requirement(row.Groups[1].Value, row.Groups[2].Value.Trim(), row.Groups[3].Value.Trim(), page, line) : null;
    }

    // A row with a cell too few or too many is still a row, so that the rule of its text and status can name it.
    [GeneratedRegex(@"^\|\s*([A-Z]{2}[0-9]+)\s*\|(.*?)(?:(?<!\\)\|(.*?))?\|?\s*$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^\|\s*([A-Z]{2})\s*\|.*\]\(([\w-]+\.md)", RegexOptions.Multiline)]
    private static partial Regex FamilyRow();
}
