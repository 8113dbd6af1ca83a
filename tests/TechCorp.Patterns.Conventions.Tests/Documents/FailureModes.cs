namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The record of safeguards that were switched off once, which <c>[Safeguard]</c> attributes keep on the tests.</summary>
public sealed class FailureModes
{
    /// <summary>Set by <c>eng/failure-modes.sh</c>: the pages are written instead of compared.</summary>
    private static bool Writes => Environment.GetEnvironmentVariable("TECHCORP_WRITE_FAILURE_MODES") == "1";

    [Safeguard("Every safeguard was seen to fail", SwitchedOff = "an attribute without `SwitchedOff`; two attributes of one safeguard with different ones")]
    [Fact]
    public void A_safeguard_says_once_how_it_was_switched_off()
    {
        SafeguardUses.All.Should().NotBeEmpty();
        SafeguardUses.All.GroupBy(use => use.Name).Where(same => same.Count(use => !string.IsNullOrWhiteSpace(use.SwitchedOff)) != 1)
            .Select(same => $"'{same.Key}' says {same.Count(use => use.SwitchedOff is not null)} times how it was switched off: "
            + $"{string.Join(", ", same.Select(use => use.Place))}.")
            .ShouldBeNone("a safeguard counts only if a test has failed without it, and one name means one safeguard");
    }

    [Safeguard("A safeguard stands on a test", SwitchedOff = "an attribute on a method without `[Fact]`")]
    [Fact]
    public void A_safeguard_stands_on_a_test()
        => SafeguardUses.All.Where(use => !use.IsTest || string.IsNullOrWhiteSpace(use.Name))
            .Select(use => $"{use.Place}: '{use.Name}' on {use.Method}, which is no test.")
            .ShouldBeNone("a safeguard is only as good as the test that sees it fail");

    [Safeguard("The pages of failure modes are up to date", SwitchedOff = "a word of a table changed")]
    [Fact]
    public void The_pages_say_what_the_attributes_say()
    {
        var changed = FailureModePages.All.Select(page => (File: new RepositoryFile(FailureModePages.PathOf(page)), Name: page))
            .Select(page => (page.File, page.File.Text, Expected: FailureModePages.WithTable(page.Name, page.File.Text, SafeguardUses.All)))
            .Where(page => page.Text != page.Expected)
            .ToList();
        if (Writes)
        {
            changed.ForEach(page => File.WriteAllText(page.File.FullPath, page.Expected));
            return;
        }

        changed.Select(page => $"{page.File.Path} differs from the attributes; run eng/failure-modes.sh.").ShouldBeNone("the pages are written from the tests");
    }

    [Safeguard("Each page of failure modes is listed", SwitchedOff = "a link removed from the list")]
    [Fact]
    public void Each_page_is_listed()
        => FailureModePages.All.Where(page => !new RepositoryFile($"{FailureModePages.Folder}/README.md").Text.Contains($"({page}.md)",
            StringComparison.Ordinal))
            .Select(page => $"{FailureModePages.Folder}/README.md does not link {page}.md.")
            .ShouldBeNone("a reader finds the pages by their list");

    [Safeguard("Attributes of safeguards are read correctly", SwitchedOff = "the second part of a sum of texts ignored")]
    [Fact]
    public void An_attribute_is_read_with_all_parts_of_its_texts()
    {
        const string Source = """
            public class T
            {
                [Safeguard("a | b", SwitchedOff = "`X.Y`: "
                    + "nothing", Remark = "on Z")]
                [Safeguard("c")]
                [Fact, Trait("Spec", "CB1")]
                public void M() { }
            }
            """;

        var uses = SafeguardUses.Read("tests/TechCorp.Outbox.Tests/Relay/T.cs", Source).ToList();

        uses.Should().Equal(
            new SafeguardUse("a | b", "`X.Y`: nothing", "on Z", "T", "M", IsTest: true, "tests/TechCorp.Outbox.Tests/Relay/T.cs", 3),
            new SafeguardUse("c", SwitchedOff: null, Remark: null, "T", "M", IsTest: true, "tests/TechCorp.Outbox.Tests/Relay/T.cs", 5));
    }

    [Safeguard("A table of failure modes keeps what is written around it", SwitchedOff = "what follows the table is dropped")]
    [Fact]
    public void A_table_holds_the_safeguards_of_its_page_between_the_markers()
    {
        SafeguardUse[] uses =
        [
            new("a | b", "off", "on Z", "T", "M", IsTest: true, "tests/TechCorp.Outbox.Tests/Relay/T.cs", 3),
            new("a | b", SwitchedOff: null, Remark: null, "C", "N", IsTest: true, "tests/TechCorp.Patterns.Contracts/Outbox/C.cs", 5),
            new("c", "off", Remark: null, "C", "N", IsTest: true, "tests/TechCorp.Patterns.Conventions.Tests/Hygiene/C.cs", 7),
        ];
        const string Page = "before\n<!-- safeguards: written by eng/failure-modes.sh -->\nstale\n<!-- end of safeguards -->\nafter\n";

        FailureModePages.WithTable("outbox", Page, uses).Should().Be("""
            before
            <!-- safeguards: written by eng/failure-modes.sh -->

            ## `Relay`

            | safeguard | how it was switched off | tests that went red |
            |---|---|---|
            | a \| b | off | `T.M` on Z<br>`C.N` |

            <!-- end of safeguards -->
            after

            """);
    }
}
