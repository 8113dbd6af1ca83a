using System.Text;

namespace TechCorp.Patterns.Shared;

/// <summary>The text of an error as it may leave the process, for logs, headers, tables and snapshots: without secrets, storable in any database, and
/// cut between two characters.</summary>
internal static class ErrorText
{
    /// <summary>The longest message, in bytes of UTF-8.</summary>
    internal const int MaxMessageBytes = 1024;

    /// <summary>The longest text with stacks, in bytes of UTF-8.</summary>
    internal const int MaxStackBytes = 8 * 1024;

    /// <summary>Type and message: "TimeoutException: The operation has timed out."</summary>
    internal static string Of(Exception exception)
        => Bounded(exception, static exception => $"{exception.GetType().Name}: {exception.Message}", MaxMessageBytes);

    internal static string MessageOf(Exception exception) => Bounded(exception, static exception => exception.Message, MaxMessageBytes);

    /// <summary>Types, messages and stacks of the exception and its inner ones.</summary>
    internal static string StackOf(Exception exception) => Bounded(exception, static exception => exception.ToString(), MaxStackBytes);

    internal static string TypeOf(Exception exception) => Cut(exception.GetType().ToString(), MaxMessageBytes);

    /// <summary>Removes secrets, replaces what PostgreSQL cannot store (NUL, halves of surrogate pairs) by U+FFFD, and cuts.</summary>
    internal static string Clean(string text, int maxBytes = MaxMessageBytes) => Cut(Storable(SecretScrubber.Scrub(text)), maxBytes);

    /// <summary>At most this many bytes of UTF-8, never through a character.</summary>
    internal static string Cut(string text, int maxBytes)
    {
        var (bytes, length) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                return text[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>Whether every database can store the text: PostgreSQL cannot store NUL and halves of surrogate pairs.</summary>
    internal static bool IsStorable(string text) => ReferenceEquals(Storable(text), text);

    private static string Storable(string text)
    {
        StringBuilder? storable = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (text[i] == '\0' || char.IsSurrogate(text[i]))
            {
                storable ??= new StringBuilder(text);
                storable[i] = '\uFFFD';
            }
        }

        return storable?.ToString() ?? text;
    }

    private static string Bounded(Exception exception, Func<Exception, string?> read, int maxBytes)
    {
        try
        {
            return Clean(read(exception) ?? "", maxBytes);
        }
        catch (Exception failure)
        {
            // An exception whose Message throws must not keep its message out of the dead-letter queue.
            return $"({exception.GetType()} could not be described: {failure.GetType()})";
        }
    }
}
