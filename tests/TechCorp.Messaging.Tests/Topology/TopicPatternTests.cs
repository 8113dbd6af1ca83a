using CsCheck;

namespace TechCorp.Messaging.Tests;

[Trait("Spec", "CN17")]
public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("notification.email.*", "notification.email.order", true)]
    [InlineData("notification.email.*", "notification.email.welcome", true)]
    [InlineData("notification.*.order.*", "notification.email.order.confirmed", true)]
    [InlineData("notification.*.order.*", "notification.sms.order.shipped", true)]
    [InlineData("#", "notification.push.promo.new", true)]
    [InlineData("#", "order.created", true)]
    public void The_table_of_patterns_holds(string pattern, string key, bool expected) => Matches(pattern, key).Should().Be(expected);

    [Theory]
    [InlineData("notification.email.*", "notification.email.order.confirmed")]
    [InlineData("notification.sms.*", "notification.sms.order.shipped")]
    [InlineData("notification.push.*", "notification.push.promo.new")]
    public void A_star_is_exactly_one_word(string pattern, string key)
    {
        Matches(pattern, key).Should().BeFalse();
        Matches(pattern.Replace('*', '#'), key).Should().BeTrue("that is what the samples bind");
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", false)]
    [InlineData("#", "", true)]
    [InlineData("#.#", "", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "A", false)]
    [InlineData("a.#", "a", true)]
    [InlineData("#.a", "a", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.", true)]
    [InlineData("*.*", ".", true)]
    [InlineData("a.#.b", "a.b", true)]
    [InlineData("a.#.b", "a.x.y.b", true)]
    [InlineData("a.#.b", "a.b.c", false)]
    [InlineData("#.b.#.c", "b.a.b.x.c", true)]
    [InlineData("#.*", "a", true)]
    [InlineData("*.#.*", "a", false)]
    [InlineData("a*", "ab", false)]
    [InlineData("*", "#", true)]
    public void Words_are_matched_as_AMQP_says(string pattern, string key, bool expected) => Matches(pattern, key).Should().Be(expected);

    [Fact]
    public void Every_pattern_matches_what_the_naive_matcher_says()
    {
        // Few different words, so that every second pair matches somewhere; empty words and literal stars in keys included.
        string[] alphabet = ["a", "b", "*", "#", ""];
        var word = Gen.Int[0, alphabet.Length - 1].Select(i => alphabet[i]);
        var pattern = word.Array[0, 6].Select(words => string.Join('.', words));
        var key = word.Array[0, 7].Select(words => string.Join('.', words));

        Gen.Select(pattern, key).Sample(
            (pattern, key) => Matches(pattern, key) == NaiveTopicMatcher.Matches(pattern, key),
            iter: 200_000);
    }

    [Fact]
    public void A_pattern_full_of_hashes_is_decided_without_trying_every_split()
    {
        var pattern = string.Concat(Enumerable.Repeat("#.a.", 40)) + "end";
        var key = string.Join('.', Enumerable.Repeat("a", 120));

        // Exponential backtracking would not come back within the lifetime of the machine.
        Matches(pattern, key).Should().BeFalse();
    }

    private static bool Matches(string pattern, string key) => new TopicPattern(pattern).Matches(key);
}
