namespace TechCorp.Outbox;

/// <summary>What is kept of an exception: its type and message, at most 1 KiB.</summary>
internal static class ErrorText
{
    private const int MaxLength = 1024;

    internal static string Of(Exception exception) => Cut($"{exception.GetType().Name}: {exception.Message}");

    private static string Cut(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return text[..end];
    }
}
