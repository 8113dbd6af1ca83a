namespace TechCorp.Patterns.Conventions.Tests.Snippets;

/// <summary>The examples of <c>docs/style.md</c> do what they say.</summary>
public sealed class StyleSnippetsTests
{
    [Safeguard("Examples of the style page", SwitchedOff = "comparisons changed")]
    [Fact]
    public void Options_report_what_is_wrong_with_them()
    {
        new StyleSnippets.Options().Problems().Should().BeEmpty();
        new StyleSnippets.Options { FailureThreshold = 0 }.Problems().Should().Equal("FailureThreshold must be at least 1; it is 0.");
    }

    [Safeguard("Examples of the style page")]
    [Fact]
    public void A_window_gives_no_more_than_its_size()
    {
        var window = new StyleSnippets.Window(1);

        window.TryTake().Should().BeTrue();
        window.TryTake().Should().BeFalse();
    }
}
