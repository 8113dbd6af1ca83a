namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The readers that the rules for words rely on.</summary>
public sealed class TextTests
{
    [Fact]
    public void The_words_of_a_document_are_those_outside_of_code_and_addresses()
        => WordsOf(MarkdownText.Prose("a.md", """
            # One `two`

            three [four](five.md)
            *six*, https://seven.example/eight and AMQP, RabbitMq, --option, docs/adr, 'name', v10, x.y, snake_case.

            ```sh
            nine
            ```

            | ten | `eleven` |
            |---|---|
            | twelve | well-known |
            """))
            .Should().Equal(
                "One a.md:1", "three a.md:3", "four a.md:3", "six a.md:4", "and a.md:4",
                "ten a.md:10", "twelve a.md:12", "well a.md:12", "known a.md:12");

    [Fact]
    public void The_words_of_a_source_are_those_of_comments_and_messages()
        => WordsOf(SourceText.Prose("A.cs", """"
            /// <summary>One <see cref="Two"/>
            /// <c>three</c> isn't.</summary>
            class AException() : Exception($"four {five}")
            {
                AException(string s) : base("six") { }
                [GeneratedRegex("this is a pattern"), LoggerMessage(1, LogLevel.Error, "seven {Eight}")] partial void Log();
                IEnumerable<string> P() { yield return $"nine {nameof(Ten)}"; } // eleven
                string A = "twelve", B = "these are several words", C = """some raw words here""", D = "select one from two";
                void Throw() => throw new InvalidOperationException("thirteen" + $"fourteen");
            }
            """"))
            .Should().BeEquivalentTo(
                "One A.cs:1", "isn't A.cs:2", "four A.cs:3", "six A.cs:5", "seven A.cs:6", "nine A.cs:7", "eleven A.cs:7",
                "these A.cs:8", "are A.cs:8", "several A.cs:8", "words A.cs:8", "thirteen A.cs:9", "fourteen A.cs:9");

    private static IEnumerable<string> WordsOf(IEnumerable<Prose> texts) => texts.SelectMany(Words.In).Select(use => $"{use.Word} {use.Place}");
}
