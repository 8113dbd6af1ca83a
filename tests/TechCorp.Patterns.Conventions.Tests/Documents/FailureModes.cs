namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The record of safeguards that were switched off once.</summary>
public sealed class FailureModes
{
    private static readonly List<(string Place, string Cell)> Rows =
        [.. Repository.Sources(".md", "docs").Where(file => file.Name.StartsWith("failure-modes", StringComparison.Ordinal)).SelectMany(file => SafeguardTable.Rows(file.Path, file.Lines))];

    [Fact]
    public void Every_safeguard_names_a_test_that_went_red()
    {
        Rows.Should().NotBeEmpty();
        Rows.Where(row => SafeguardTable.TestsIn(row.Cell).Count == 0)
            .Select(row => $"{row.Place}: no test in '{row.Cell}'.")
            .ShouldBeNone("a safeguard nobody has seen fail is not a safeguard");
    }

    [Fact]
    public void Every_test_in_the_tables_of_safeguards_exists()
        => (from row in Rows
            from test in SafeguardTable.TestsIn(row.Cell)
            where !Exists(test)
            select $"{row.Place}: there is no test {test}.")
            .ShouldBeNone("a safeguard is only as good as the test that is still there");

    [Fact]
    public void A_table_is_read_by_the_heading_of_its_column()
    {
        string[] document = ["| safeguard | off | test that went red |", "|---|---|---|", "| a \\| b | by hand | `C.A_b(x: 1)`, `D_e` |", "", "| x | y |", "|---|---|", "| `N_o` | z |"];

        var row = SafeguardTable.Rows("doc.md", document).Should().ContainSingle().Subject;

        row.Place.Should().Be("doc.md:3");
        SafeguardTable.TestsIn(row.Cell).Select(SafeguardTable.MethodOf).Should().Equal("A_b", "D_e");
    }

    private static bool Exists(string test)
        => test.Contains('/', StringComparison.Ordinal) ? Repository.Files.Any(file => file.Path == test) : TestMethods.Names.Contains(SafeguardTable.MethodOf(test));
}
