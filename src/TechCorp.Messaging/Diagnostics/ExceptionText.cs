namespace TechCorp.Messaging;

/// <summary>What an exception says, scrubbed and cut, whatever the exception does when asked.</summary>
internal static class ExceptionText
{
    private const int MaxMessageBytes = 1024;
    private const int MaxStackBytes = 8 * 1024;

    internal static string MessageOf(Exception exception) => Bounded(exception, exception => exception.Message, MaxMessageBytes);

    /// <summary>Types, messages and stacks of the exception and its inner ones.</summary>
    internal static string StackOf(Exception exception) => Bounded(exception, exception => exception.ToString(), MaxStackBytes);

    internal static string TypeOf(Exception exception) => TextCut.ToBytes(exception.GetType().ToString(), MaxMessageBytes);

    private static string Bounded(Exception exception, Func<Exception, string?> read, int maxBytes)
    {
        try
        {
            return TextCut.ToBytes(SecretScrubber.Scrub(read(exception) ?? ""), maxBytes);
        }
        catch (Exception failure)
        {
            // An exception whose Message throws must not keep its message out of the dead-letter queue.
            return $"({exception.GetType()} could not be described: {failure.GetType()})";
        }
    }
}
