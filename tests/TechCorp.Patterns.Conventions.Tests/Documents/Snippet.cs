using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A block of C# in a document, or a marker without one.</summary>
/// <param name="Place">The document and the line.</param>
/// <param name="Name">What the marker above the block says; null when there is none.</param>
/// <param name="Code">What the block shows; null when the marker is followed by something else.</param>
internal sealed partial record Snippet(string Place, string? Name, string? Code)
{
    public static IEnumerable<Snippet> Read(string document, string[] lines)
    {
        string? marker = null;
        for (var at = 0; at < lines.Length; at++)
        {
            var place = $"{document}:{at + 1}";
            if (Marker().Match(lines[at]) is { Success: true } found)
            {
                if (at + 1 == lines.Length || !CSharpFence().IsMatch(lines[at + 1]))
                {
                    yield return new Snippet(place, found.Groups[1].Value, null);
                }

                marker = found.Groups[1].Value;
                continue;
            }

            if (Fence().Match(lines[at]) is { Success: true } fence)
            {
                var end = Array.FindIndex(lines, at + 1, line => line.Trim() == fence.Groups[1].Value);
                end = end < 0 ? lines.Length : end;
                if (CSharpFence().IsMatch(lines[at]))
                {
                    yield return new Snippet(place, marker, Dedent(lines[(at + 1)..end]));
                }

                at = end;
            }

            marker = null;
        }
    }

    /// <summary>The lines without blank ones at either end and without the indentation that all of them share.</summary>
    public static string Dedent(IReadOnlyList<string> lines)
    {
        var code = lines.Select(line => line.TrimEnd()).SkipWhile(line => line.Length == 0).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToList();
        var indent = code.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', code.Select(line => line.Length == 0 ? line : line[indent..]));
    }

    [GeneratedRegex(@"^\s*<!-- snippet: (\S+) -->\s*$")]
    private static partial Regex Marker();

    [GeneratedRegex("^\\s*(`{3,}|~{3,})")]
    private static partial Regex Fence();

    [GeneratedRegex("^\\s*(`{3,}|~{3,})\\s*(c#|cs|csharp)\\b", RegexOptions.IgnoreCase)]
    private static partial Regex CSharpFence();
}
