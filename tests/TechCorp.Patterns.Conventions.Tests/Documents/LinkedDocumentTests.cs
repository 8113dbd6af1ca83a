namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The reader that the rules for links rely on.</summary>
public sealed class LinkedDocumentTests
{
    [Theory]
    [InlineData("Two commands", "two-commands")]
    [InlineData("Retry & `IRetry<T>`: what, when?", "retry--iretryt-what-when")]
    [InlineData("Padrões de integração", "padrões-de-integração")]
    [InlineData("snake_case – and a dash", "snake_case--and-a-dash")]
    public void A_heading_has_the_anchor_that_GitHub_gives_it(string heading, string anchor)
        => LinkedDocument.Read("a.md", $"# {heading}\n").Anchors.Should().Equal(anchor);

    [Fact]
    public void Equal_headings_are_numbered()
        => LinkedDocument.Read("a.md", "# A\n\n## B\n\n## B\n\n<a id=\"own\"></a>\n").Anchors.Should().BeEquivalentTo("a", "b", "b-1", "own");

    [Fact]
    public void A_link_is_read_from_the_folder_of_its_document()
        => LinkedDocument.Read("docs/guides/a.md",
            "[one](b.md#c)\n[two](../../src/x.cs)\n[three](#here) [four](/eng/y.sh) [five](https://example.org/z) [six](../../../up.md)\n").Links
            .Should().Equal(
                ("docs/guides/a.md:1", "b.md#c", "docs/guides/b.md", "c"),
                ("docs/guides/a.md:2", "../../src/x.cs", "src/x.cs", null),
                ("docs/guides/a.md:3", "#here", null, "here"),
                ("docs/guides/a.md:3", "/eng/y.sh", "eng/y.sh", null),
                ("docs/guides/a.md:3", "../../../up.md", "../../../up.md", null));

    [Fact]
    public void A_path_in_code_quotes_is_one_from_the_root_of_the_repository()
        => LinkedDocument.Read("a.md", "`eng/x.sh run` `src/*/README.md` `orders/17` `docs/<name>.md` `tests/A/bin/Release/a`\n").Paths
            .Should().Equal(("a.md:1", "eng/x.sh"), ("a.md:1", "src/*/README.md"));
}
