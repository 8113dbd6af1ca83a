namespace TechCorp.Patterns.Shared;

/// <summary>Which failures of something that is tried again and again are logged with their stack: the first of each cause, until it succeeds. The others
/// are one line.</summary>
/// <remarks>Safe for concurrent use; may be shared by several that fail for one cause. Holds a bounded number of causes.</remarks>
internal sealed class LoggedCauses
{
    private const int MaxCauses = 16;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal); // guarded by _gate

    /// <summary>The exception when its cause has not been logged since the last <see cref="Reset"/>; null when it has.</summary>
    internal Exception? IfNew(Exception exception)
    {
        var cause = $"{exception.GetType()} {LineOf(exception)}";
        lock (_gate)
        {
            return _logged.Count < MaxCauses && _logged.Add(cause) ? exception : null;
        }
    }

    /// <summary>It has succeeded: what fails next is a new outage.</summary>
    internal void Reset()
    {
        lock (_gate)
        {
            _logged.Clear();
        }
    }

    /// <summary>Message and innermost message in one line.</summary>
    internal static string LineOf(Exception exception)
    {
        var (message, cause) = (ErrorText.MessageOf(exception), ErrorText.MessageOf(exception.GetBaseException()));
        var text = message.Contains(cause, StringComparison.Ordinal) ? message : $"{message} ({cause})";
        return text.ReplaceLineEndings(" ");
    }
}
