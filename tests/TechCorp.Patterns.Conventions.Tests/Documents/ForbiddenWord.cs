using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A line of <c>eng/forbidden-words.txt</c>, which says how it is written.</summary>
/// <param name="Pattern">As it stands in the file.</param>
/// <param name="Instead">What to write instead.</param>
/// <param name="Folders">Beginnings of paths; with <c>!</c>, of paths that are left out.</param>
/// <param name="IsEnforced">False in the section of the words that still occur.</param>
internal sealed record ForbiddenWord(string Pattern, string Instead, IReadOnlyList<string> Folders, bool IsEnforced)
{
    public const string ListFile = "eng/forbidden-words.txt";

    private const string Separator = " => ";
    private const string StartOfPending = "# not yet:";

    // A phrase may go on in the next line of a paragraph, behind the sign of a comment.
    private readonly Regex _regex = new(Pattern.Replace(" ", @"[\s/*]+", StringComparison.Ordinal), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public static IEnumerable<ForbiddenWord> Read(IEnumerable<string> lines)
    {
        var isEnforced = true;
        foreach (var line in lines)
        {
            isEnforced &= !line.StartsWith(StartOfPending, StringComparison.Ordinal);
            if (line.Length > 0 && line[0] != '#')
            {
                var parts = line.Split(Separator, StringSplitOptions.TrimEntries);
                yield return parts.Length is 2 or 3
                    ? new ForbiddenWord(parts[0], parts[1], parts.Length == 2 ? [] : parts[2].Split(' '), isEnforced)
                    : throw new FormatException($"{ListFile}: 'pattern{Separator}instead' or "
                    + $"'pattern{Separator}instead{Separator}paths' is missing in: {line}");
            }
        }
    }

    /// <summary>Where the texts hold the word, and what to write there.</summary>
    public IEnumerable<string> FindIn(IEnumerable<Prose> texts)
        => from prose in texts
           where AppliesTo(prose.Path)
           from match in _regex.Matches(prose.Text)
           select $"{prose.PlaceOf(match.Index)}: '{match.Value.ReplaceLineEndings(" ")}': {Instead}";

    private bool AppliesTo(string path)
    {
        var included = Folders.Where(folder => folder[0] != '!').ToList();
        return (included.Count == 0 || included.Any(Covers)) && !Folders.Except(included).Any(folder => Covers(folder[1..]));

        bool Covers(string folder) => path.StartsWith(folder, StringComparison.Ordinal);
    }
}
