using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A piece of compiled code that documents may show.</summary>
internal sealed partial record Region(string Name, string File, string Code)
{
    public static IReadOnlyList<Region> All { get; } =
        [.. Repository.Sources(".cs", SnippetFolder, "samples").SelectMany(file => Read(file.Path, file.Lines))];

    public const string SnippetFolder = "tests/TechCorp.Patterns.Conventions.Tests/Snippets";

    public static IEnumerable<Region> Read(string file, string[] lines)
    {
        string? name = null;
        var code = new List<string>();
        foreach (var line in lines)
        {
            if (Start().Match(line) is { Success: true } start)
            {
                if (name is not null)
                {
                    throw new InvalidOperationException($"{file}: snippet '{start.Groups[1].Value}' starts inside of '{name}'.");
                }

                name = start.Groups[1].Value;
                code.Clear();
            }
            else if (name is not null && line.Trim() == "#endregion")
            {
                yield return new Region(name, file, Snippet.Dedent(code));
                name = null;
            }
            else
            {
                code.Add(line);
            }
        }

        if (name is not null)
        {
            throw new InvalidOperationException($"{file}: snippet '{name}' does not end.");
        }
    }

    [GeneratedRegex(@"^\s*#region snippet: (\S+)\s*$")]
    private static partial Regex Start();
}
