namespace TechCorp.Messaging.Tests;

/// <summary>AMQP's rule for topic patterns, word for word and by recursion: slow, short, and plainly right.</summary>
internal static class NaiveTopicMatcher
{
    internal static bool Matches(string pattern, string key) => Matches(Words(pattern), Words(key));

    private static string[] Words(string text) => text.Length == 0 ? [] : text.Split('.');

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> key) => pattern switch
    {
        [] => key.IsEmpty,
        ["#", .. var rest] => Matches(rest, key) || (!key.IsEmpty && Matches(pattern, key[1..])),
        ["*", .. var rest] => !key.IsEmpty && Matches(rest, key[1..]),
        [var word, .. var rest] => !key.IsEmpty && key[0] == word && Matches(rest, key[1..]),
    };
}
