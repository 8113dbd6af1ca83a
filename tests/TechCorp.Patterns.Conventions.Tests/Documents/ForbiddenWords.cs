namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>One thing has one name: documents, comments and messages do not use the other names.</summary>
public sealed class ForbiddenWords(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<ForbiddenWord> Listed = [.. ForbiddenWord.Read(File.ReadLines(Path.Combine(Repository.Root,
        ForbiddenWord.ListFile)))];

    [Fact]
    public void No_forbidden_word_occurs()
        => Listed.Where(word => word.IsEnforced)
            .SelectMany(word => word.FindIn(Prose.All))
            .ShouldBeNone($"a second word suggests a second thing; {ForbiddenWord.ListFile} says why and where");

    /// <summary>Never fails because of a finding: it reports how often each word still occurs.</summary>
    [Fact]
    public void A_word_that_is_not_forbidden_yet_is_counted()
    {
        var pending = Listed.Where(word => !word.IsEnforced).Select(word => (word.Pattern, Places: word.FindIn(Prose.All).ToList())).ToList();

        pending.ForEach(word => output.WriteLine($"{word.Places.Count,5}  "
            + $"{word.Pattern}{string.Concat(word.Places.Take(3).Select(place => $"{Environment.NewLine}         {place}"))}"));
        pending.Select(word => word.Pattern).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_line_of_the_list_applies_where_it_says_and_across_lines()
    {
        var word = ForbiddenWord.Read(["# a comment", "for ever => forever => docs/ !docs/adr/"]).Single();

        word.IsEnforced.Should().BeTrue();
        word.FindIn([new Prose("docs/a.md", 7, "It waits\nfor\never."), new Prose("docs/adr/b.md", 1, "for ever"), new Prose("src/c.cs", 1, "for ever")])
            .Should().Equal("docs/a.md:8: 'for ever': forever");
    }

    [Fact]
    public void A_line_below_the_marker_is_not_enforced()
        => ForbiddenWord.Read(["a => b", "# not yet: still used", "c => d"]).Select(word => word.IsEnforced).Should().Equal(true, false);
}
