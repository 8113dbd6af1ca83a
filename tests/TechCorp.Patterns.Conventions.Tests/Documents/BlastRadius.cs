using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The rows of "Blast radius" in <c>docs/guarantees.md</c>: each names the tests that make the mistake.</summary>
public sealed partial class BlastRadius
{
    private const string Page = "docs/guarantees.md";

    private static readonly List<(int Line, string Text)> Rows =
    [
        .. new RepositoryFile(Page).Lines.Index()
            .SkipWhile(static line => line.Item != "## Blast radius")
            .Skip(1)
            .TakeWhile(static line => !line.Item.StartsWith("## ", StringComparison.Ordinal))
            .Where(static line => line.Item.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1) // the heads of the columns
            .Select(static line => (line.Index + 1, line.Item)),
    ];

    [Safeguard("Blast radius names tests", SwitchedOff = "a row without a test; a test renamed")]
    [Fact]
    public void Each_row_names_tests_that_exist()
    {
        Rows.Should().NotBeEmpty();
        Rows.Where(row => !Test().IsMatch(row.Text)).Select(row => $"{Page}:{row.Line} names no test.")
            .Concat(from row in Rows
                    from Match test in Test().Matches(row.Text)
                    where !TestMethods.FullNames.Contains(test.Groups[1].Value)
                    select $"{Page}:{row.Line}: no class of tests has {test.Groups[1].Value}.")
            .ShouldBeNone("a reader runs the test of a promise by its name");
    }

    [GeneratedRegex(@"`(\w+\.\w+)`(?=<br>| \|)")]
    private static partial Regex Test();
}
