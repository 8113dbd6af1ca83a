namespace TechCorp.Patterns.Shared;

/// <summary>Stands for an exception in a log when the exception's own text holds secrets or is too long: same stack, texts scrubbed and cut.</summary>
internal sealed class ScrubbedException : Exception
{
    private readonly string _text;
    private readonly string? _stackTrace;

    private ScrubbedException(Exception exception, string text)
        : base(ErrorText.Of(exception))
    {
        _text = text;
        _stackTrace = StackOf(exception);
    }

    public override string? StackTrace => _stackTrace;

    /// <returns>The exception itself when its text may be logged as it is.</returns>
    internal static Exception? Of(Exception? exception)
    {
        if (exception is null or ScrubbedException)
        {
            return exception;
        }

        var text = ErrorText.StackOf(exception);
        return IsText(exception, text) ? exception : new ScrubbedException(exception, text);
    }

    public override string ToString() => _text;

    // An override may throw; the text of the exception is worth more than its stack.
    private static string? StackOf(Exception exception)
    {
        try
        {
            return exception.StackTrace;
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static bool IsText(Exception exception, string text)
    {
        try
        {
            return exception.ToString() == text;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
