using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The words of a text that a dictionary should know: no identifiers, abbreviations in capitals, numbers and addresses.</summary>
internal static partial class Words
{
    /// <summary>Each with its place, and without the ending of a genitive.</summary>
    public static IEnumerable<(string Word, string Place)> In(Prose prose)
        => from chunk in Chunk().Matches(prose.Text)
           where !NoWord().IsMatch(chunk.Value)
           from word in Word().Matches(chunk.Value)
           where word.Length > 1 && !word.Value.Skip(1).Any(char.IsUpper)
           select (Stem(word.Value.Replace('’', '\'')), prose.PlaceOf(chunk.Index + word.Index));

    // Dictionaries know a genitive of some words only.
    private static string Stem(string word) => word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word.TrimEnd('\'');

    [GeneratedRegex(@"\S+")]
    private static partial Regex Chunk();

    // Digits, signs of code, inner dots and colons, options, addresses, paths, and names in quotes.
    [GeneratedRegex(@"\d|_|@|\\|\w[.:(<=\[]\w|^\W*--\w|://|^/|^\W*(?:src|tests|docs|eng|bench|samples)/|^\W*'[^']+'\W*$")]
    private static partial Regex NoWord();

    [GeneratedRegex(@"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)*")]
    private static partial Regex Word();
}
