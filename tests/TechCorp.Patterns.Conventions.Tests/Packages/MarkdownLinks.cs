using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The targets of the links and images of a Markdown text, outside code.</summary>
internal static partial class MarkdownLinks
{
    public static IEnumerable<string> In(string markdown)
    {
        var prose = Code().Replace(markdown, "");
        return Inline().Matches(prose).Concat(Definition().Matches(prose)).Concat(Automatic().Matches(prose)).Select(match => match.Groups[1].Value);
    }

    [GeneratedRegex("^```.*?^```|`[^`\n]+`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(\s*<?([^)\s>]+)")]
    private static partial Regex Inline();

    [GeneratedRegex(@"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"(?:<|href=""|src="")(https?://[^>""]+|[^>""\s<]+(?=""))")]
    private static partial Regex Automatic();
}
