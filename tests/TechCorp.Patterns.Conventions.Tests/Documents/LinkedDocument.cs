using System.Text.RegularExpressions;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What a Markdown document points to, and what in it can be pointed to.</summary>
/// <param name="Path">From the root of the repository.</param>
/// <param name="Anchors">Of its headings, as GitHub makes them, and of its HTML.</param>
/// <param name="Links">Into the repository; links to other sites are left out.</param>
/// <param name="Paths">Code that looks like a path from the root of the repository.</param>
internal sealed partial record LinkedDocument(
    string Path,
    IReadOnlySet<string> Anchors,
    IReadOnlyList<(string Place, string Url, string? File, string? Anchor)> Links,
    IReadOnlyList<(string Place, string Value)> Paths)
{
    public static LinkedDocument Read(string path, string text)
    {
        var parsed = MarkdownText.Parse(text);
        var inlines = parsed.Descendants<LeafBlock>().Where(block => block.Inline is not null).SelectMany(block => block.Inline!.Descendants()).ToList();
        var links = from link in inlines.OfType<LinkInline>()
                    let url = link.Url ?? ""
                    where !Scheme().IsMatch(url)
                    select (PlaceOf(link), url, FileOf(path, url), AnchorOf(url));
        var paths = from code in inlines.OfType<CodeInline>()
                    let word = code.Content.Split(' ')[0]
                    where RepositoryPath().IsMatch(word)
                    select (PlaceOf(code), word);
        return new LinkedDocument(path, AnchorsOf(parsed, text), [.. links], [.. paths]);

        string PlaceOf(Inline inline) => $"{path}:{inline.Line + 1}";
    }

    private static HashSet<string> AnchorsOf(MarkdownDocument document, string text)
    {
        var anchors = HtmlAnchor().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        foreach (var heading in document.Descendants<HeadingBlock>().Where(heading => heading.Inline is not null))
        {
            var anchor = SlugOf(MarkdownText.Plain(heading.Inline!));
            for (var (unique, count) = (anchor, 1); !anchors.Add(unique); count++)
            {
                unique = $"{anchor}-{count}";
            }
        }

        return anchors;
    }

    /// <summary>GitHub's rule: lower case, a hyphen for a space, and of the signs only hyphens and underscores.</summary>
    internal static string SlugOf(string heading)
        => Sign().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static string? AnchorOf(string url)
        => url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at && at + 1 < url.Length ? Uri.UnescapeDataString(url[(at + 1)..]) : null;

    // Null for a link into the document itself.
    private static string? FileOf(string document, string url)
    {
        var target = Uri.UnescapeDataString(url.Split('#', '?')[0]);
        if (target.Length == 0)
        {
            return null;
        }

        var parts = new List<string>(target[0] == '/' ? [] : document.Split('/')[..^1]);
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                return target; // above the root
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"^([a-z][a-z0-9+.-]*:|//)", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    // What a build makes and what holds a placeholder is no file of the repository.
    [GeneratedRegex(@"^(?:src|tests|docs|eng|bench|samples)/(?!\S*(?:/bin/|/obj/))[\w.*/+-]+$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"<[a-z][^>]*\s(?:id|name)\s*=\s*[""']([^""']+)", RegexOptions.IgnoreCase)]
    private static partial Regex HtmlAnchor();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc} -]")]
    private static partial Regex Sign();
}
