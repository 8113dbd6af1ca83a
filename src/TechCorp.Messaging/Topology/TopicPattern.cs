namespace TechCorp.Messaging;

/// <summary>The binding key of a topic exchange, compiled. Immutable.</summary>
/// <remarks>
/// Words are separated by dots; <c>*</c> is exactly one word, <c>#</c> zero or more. As on RabbitMQ, the empty key has no words at all, a word between
/// two dots may be empty, and comparison is ordinal (https://www.rabbitmq.com/tutorials/tutorial-five-dotnet).
/// </remarks>
internal sealed class TopicPattern
{
    /// <summary>A server of this version or a later one refuses a binding with more <c>#</c> than <see cref="MostMany"/>.</summary>
    internal static readonly Version BoundedSince = new(4, 3);

    internal const int MostMany = 2;

    private const string One = "*";
    private const string Many = "#";

    private readonly string[] _words;

    internal TopicPattern(string pattern)
    {
        Text = pattern;
        _words = pattern.Length == 0 ? [] : pattern.Split('.');
    }

    /// <summary>The pattern as it was written.</summary>
    internal string Text { get; }

    /// <summary>How many of a pattern's words are <c>#</c>.</summary>
    internal static int CountMany(string pattern) => pattern.Split('.').Count(static word => word == Many);

    /// <summary>Whether a message with this routing key goes through the binding. Allocates nothing.</summary>
    internal bool Matches(string routingKey)
    {
        // Greedy with one place to fall back to: when a word does not fit, the last '#' takes one word more. Only the last '#' ever needs to.
        var key = new Words(routingKey);
        var word = 0;
        var retryWord = -1;
        var retryKey = key;
        while (!key.AtEnd)
        {
            if (word < _words.Length && _words[word] == Many)
            {
                retryWord = ++word;
                retryKey = key;
            }
            else if (word < _words.Length && (_words[word] == One || key.Current.SequenceEqual(_words[word])))
            {
                word++;
                key = key.Next();
            }
            else if (retryWord >= 0)
            {
                word = retryWord;
                key = retryKey = retryKey.Next();
            }
            else
            {
                return false;
            }
        }

        return OnlyManyFrom(word);
    }

    private bool OnlyManyFrom(int word)
    {
        while (word < _words.Length && _words[word] == Many)
        {
            word++;
        }

        return word == _words.Length;
    }

    /// <summary>A place in a routing key: the word that begins at <paramref name="start"/>.</summary>
    private readonly ref struct Words(ReadOnlySpan<char> key, int start = 0)
    {
        private readonly ReadOnlySpan<char> _key = key;

        // The word behind the last dot may be empty, so the end lies one beyond the length; the empty key has no word to begin with.
        internal bool AtEnd => start > _key.Length || _key.Length == 0;

        internal ReadOnlySpan<char> Current => _key[start..End];

        private int End => _key[start..].IndexOf('.') is var dot and >= 0 ? start + dot : _key.Length;

        internal Words Next() => new(_key, End + 1);
    }
}
