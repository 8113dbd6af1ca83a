using System.Text;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The pages of <c>docs/failure-modes</c>. Between two markers each holds the table of its safeguards; what stands
/// outside is written by hand.</summary>
internal static class FailureModePages
{
    public const string Folder = "docs/failure-modes";
    public const string Repository = "repository";

    private const string Begin = "<!-- safeguards: written by eng/failure-modes.sh -->";
    private const string End = "<!-- end of safeguards -->";

    private static readonly string[] Packages = ["resilience", "messaging", "outbox"];

    public static IReadOnlyList<string> All { get; } = [.. Packages, Repository];

    public static string PathOf(string page) => $"{Folder}/{page}.md";

    /// <summary>The page of a test: that of the package which its project, or its folder of contracts, is named after. TechCorp.Resilience.Http belongs to
    /// resilience.</summary>
    public static string PageOf(SafeguardUse use)
        => Packages.FirstOrDefault(package => use.File.StartsWith($"tests/TechCorp.{package}.", StringComparison.OrdinalIgnoreCase)
            || use.File.StartsWith($"tests/TechCorp.Patterns.Contracts/{package}/", StringComparison.OrdinalIgnoreCase)) ?? Repository;

    /// <summary>The text of a page with the table that the attributes ask for.</summary>
    public static string WithTable(string page, string text, IEnumerable<SafeguardUse> uses)
    {
        var from = text.IndexOf(Begin, StringComparison.Ordinal);
        var to = text.IndexOf(End, StringComparison.Ordinal);
        return from >= 0 && to > from
            ? text[..(from + Begin.Length)] + Table(page, uses) + text[to..]
            : throw new InvalidOperationException($"{PathOf(page)} has no lines '{Begin}' and '{End}'.");
    }

    private static string Table(string page, IEnumerable<SafeguardUse> uses)
    {
        var text = new StringBuilder();
        var safeguards = from use in uses
                         group use by use.Name into safeguard
                         let first = safeguard.FirstOrDefault(use => use.SwitchedOff is not null) ?? safeguard.First()
                         where PageOf(first) == page
                         orderby SectionOf(first).Order, SectionOf(first).Title, first.TestClass, first.File, first.Line
                         select (Section: SectionOf(first).Title, First: first, Others: safeguard.Where(use => use != first));
        foreach (var section in safeguards.GroupBy(safeguard => safeguard.Section))
        {
            text.Append("\n\n## ").Append(section.Key).Append("\n\n| safeguard | how it was switched off | tests that went red |\n|---|---|---|");
            foreach (var (_, first, others) in section)
            {
                var tests = others.OrderBy(use => use.TestClass, StringComparer.Ordinal).ThenBy(use => use.Method, StringComparer.Ordinal).Prepend(first);
                text.Append("\n| ").Append(Cell(first.Name)).Append(" | ").Append(Cell(first.SwitchedOff ?? "")).Append(" | ")
                    .AppendJoin("<br>", tests.Select(use => Cell(use.Test))).Append(" |");
            }
        }

        return text.Append("\n\n").ToString();
    }

    /// <summary>The folder that a test stands in below its project; suites of contracts, which every backend runs, come last.</summary>
    private static (int Order, string Title) SectionOf(SafeguardUse use)
    {
        var folders = use.File.Split('/')[1..^1];
        return folders[0] switch
        {
            "TechCorp.Patterns.Contracts" => (1, "Contracts of every backend"),
            "TechCorp.Patterns.EndToEnd.Tests" => (1, "Samples and OrderFlow"),
            _ => (0, folders.Length > 1 ? $"`{folders[1]}`" : "General"),
        };
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
