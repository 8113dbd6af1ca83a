namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The reader of links sees every way to write one.</summary>
public sealed class MarkdownLinksTests
{
    [Theory]
    [InlineData("see [a](docs/a.md) and [b](<docs/b.md> \"title\")", "docs/a.md docs/b.md")]
    [InlineData("![icon](eng/icon.png)", "eng/icon.png")]
    [InlineData("[a][1]\n\n[1]: docs/a.md\n", "docs/a.md")]
    [InlineData("<https://example.test/a>", "https://example.test/a")]
    [InlineData("<a href=\"docs/a.md\">a</a><img src=\"b.png\">", "docs/a.md b.png")]
    [InlineData("`[a](b)`\n```csharp\nvar x = y[0](z);\n```\n", "")]
    public void A_link_is_found_where_it_is_one(string markdown, string links)
        => string.Join(' ', MarkdownLinks.In(markdown)).Should().Be(links);
}
