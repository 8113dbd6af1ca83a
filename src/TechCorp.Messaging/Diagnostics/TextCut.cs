namespace TechCorp.Messaging;

/// <summary>Cuts text to a number of bytes of UTF-8, never through a character.</summary>
internal static class TextCut
{
    internal static string ToBytes(string text, int maxBytes)
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
}
