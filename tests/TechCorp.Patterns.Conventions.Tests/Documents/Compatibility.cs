namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What versions of the servers do differently, which <c>[DiffersByVersion]</c> attributes keep on the tests.</summary>
[Trait("Spec", "FV5")]
public sealed class Compatibility
{
    /// <summary>Set by <c>eng/compatibility.sh</c>: the page is written instead of compared.</summary>
    private static bool Writes => Environment.GetEnvironmentVariable("TECHCORP_WRITE_COMPATIBILITY") == "1";

    [Safeguard("A difference between versions is a tested fact",
        SwitchedOff = "an attribute on a method without `[Fact]`, one that names no server, and one that says a second time how it is dealt with")]
    [Fact]
    public void A_difference_stands_on_a_test_names_its_server_and_says_once_how_it_is_dealt_with()
        => VersionDifference.All.Where(difference => !difference.IsTest || !CompatibilityPage.NamesServer(difference))
            .Select(difference => $"{difference.Place}: '{difference.Text}' stands on no test, or does not begin with 'RabbitMQ: ' or 'PostgreSQL: '.")
            .Concat(VersionDifference.All.GroupBy(difference => difference.Text)
                .Where(same => same.Count(difference => !string.IsNullOrWhiteSpace(difference.Handling)) != 1)
                .Select(same => $"'{same.Key}' says {same.Count(difference => difference.Handling is not null)} times how it is dealt with: "
                    + $"{string.Join(", ", same.Select(difference => difference.Place))}."))
            .ShouldBeNone("a difference between versions is a fact that a test states, and a reader wants to know what follows from it");

    [Safeguard("The page of differences is up to date", SwitchedOff = "a word of an attribute changed")]
    [Fact]
    public void The_page_says_what_the_attributes_say()
    {
        var page = new RepositoryFile(CompatibilityPage.Path);
        var expected = CompatibilityPage.WithTable(page.Text, VersionDifference.All);
        if (Writes)
        {
            File.WriteAllText(page.FullPath, expected);
            return;
        }

        (page.Text == expected).Should().BeTrue("the table is written from the tests: run 'eng/compatibility.sh differences'");
    }

    [Safeguard("The table of differences keeps its columns", SwitchedOff = "`CompatibilityPage.Cell` escapes nothing")]
    [Fact]
    public void The_table_holds_each_difference_once_between_the_markers()
    {
        const string Source = """
            public class T
            {
                [DiffersByVersion("RabbitMQ: 3.10 a | b; "
                    + "4.0 c", Handling = "by d")]
                [Fact]
                public void M() { }

                [DiffersByVersion("RabbitMQ: 3.10 a | b; 4.0 c"), Theory]
                public void K() { }

                [DiffersByVersion("PostgreSQL: 17 e", Handling = "by f")]
                public void NoTest() { }
            }
            """;
        const string Page = "before\n<!-- differences: written by eng/compatibility.sh -->\nstale\n<!-- end of differences -->\nafter\n";

        var differences = VersionDifference.Read("tests/T.cs", Source).ToList();

        differences.Select(difference => difference.IsTest).Should().Equal(true, true, false);
        CompatibilityPage.WithTable(Page, differences).Should().Be("""
            before
            <!-- differences: written by eng/compatibility.sh -->

            | what differs | how it is dealt with | tests |
            |---|---|---|
            | RabbitMQ: 3.10 a \| b; 4.0 c | by d | `T.K`<br>`T.M` |
            | PostgreSQL: 17 e | by f | `T.NoTest` |

            <!-- end of differences -->
            after

            """);
    }
}
