using System.Text;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary><c>docs/compatibility.md</c>. Between two markers it holds the table of what versions of the servers do differently.</summary>
internal static class CompatibilityPage
{
    public const string Path = "docs/compatibility.md";

    private const string Begin = "<!-- differences: written by eng/compatibility.sh -->";
    private const string End = "<!-- end of differences -->";

    private static readonly string[] Servers = ["RabbitMQ", "PostgreSQL"];

    /// <summary>Whether a difference begins with the name of the server that it is about, and says more than that.</summary>
    public static bool NamesServer(VersionDifference difference)
        => Servers.Any(server => difference.Text.StartsWith($"{server}: ", StringComparison.Ordinal) && difference.Text.Length > server.Length + 2);

    /// <summary>The text of the page with the table that the attributes ask for.</summary>
    public static string WithTable(string text, IEnumerable<VersionDifference> differences)
    {
        var from = text.IndexOf(Begin, StringComparison.Ordinal);
        var to = text.IndexOf(End, StringComparison.Ordinal);
        return from >= 0 && to > from
            ? text[..(from + Begin.Length)] + Table(differences) + text[to..]
            : throw new InvalidOperationException($"{Path} has no lines '{Begin}' and '{End}'.");
    }

    private static string Table(IEnumerable<VersionDifference> differences)
    {
        var text = new StringBuilder("\n\n| what differs | how it is dealt with | tests |\n|---|---|---|");
        foreach (var same in differences.GroupBy(difference => difference.Text).OrderByDescending(same => same.Key.Split(':')[0], StringComparer.Ordinal)
            .ThenBy(same => same.Key, StringComparer.Ordinal))
        {
            var tests = same.Select(difference => $"`{difference.TestClass}.{difference.Method}`").Order(StringComparer.Ordinal);
            var handling = same.FirstOrDefault(difference => difference.Handling is not null)?.Handling;
            text.Append("\n| ").Append(Cell(same.Key)).Append(" | ").Append(Cell(handling ?? "")).Append(" | ")
                .AppendJoin("<br>", tests).Append(" |");
        }

        return text.Append("\n\n").ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
