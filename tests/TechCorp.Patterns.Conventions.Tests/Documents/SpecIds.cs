using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The ids that tie tests to the tables of the spec.</summary>
public sealed partial class SpecIds
{
    [Fact]
    public void A_spec_id_is_two_capital_letters_and_digits()
        => TestMethods.SpecIds.Where(use => !Shape().IsMatch(use.Id))
            .Select(use => $"{use.File}: {use.Id}")
            .ShouldBeNone("reports count the ids by their shape");

    [Fact]
    public void Every_guarantee_is_shown_by_tests_that_carry_its_spec_ids()
    {
        var carried = TestMethods.SpecIds.Select(use => use.Id.Trim('"')).ToHashSet();
        var promised = Id().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/guarantees.md"))).Select(match => match.Value).ToHashSet();

        promised.Should().NotBeEmpty();
        string.Join(' ', promised.Except(carried)).Should().BeEmpty("a promise of docs/guarantees.md that no test carries is a hope");
    }

    [GeneratedRegex("^\"[A-Z]{2}[0-9]+\"$")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\b(?:CL|CB|RT|TO|ID|HT|PB|CN|TP|DL|RY|IM|OB|OW|RL|IN|SG)[0-9]+\b")]
    private static partial Regex Id();
}
