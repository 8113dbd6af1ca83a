namespace TechCorp.Patterns.Shared;

/// <summary>Which failures of something that is tried again and again are logged with their stack: the first of each cause in one outage. The others are one
/// line.</summary>
/// <remarks>Safe for concurrent use; may be shared by several that fail for one cause: the outage has ended when all of them have succeeded. Holds a bounded
/// number of causes.</remarks>
internal sealed class LoggedCauses
{
    private const int MaxCauses = 16;
    private readonly Lock _gate = new();
    private readonly HashSet<object> _failing = []; // guarded by _gate
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal); // guarded by _gate

    /// <summary>The exception when its cause has not been logged in this outage; null when it has.</summary>
    /// <param name="owner">What has failed.</param>
    /// <param name="exception">How.</param>
    internal Exception? IfNew(object owner, Exception exception)
    {
        var cause = $"{exception.GetType()} {LineOf(exception)}";
        lock (_gate)
        {
            _failing.Add(owner);
            return _logged.Count < MaxCauses && _logged.Add(cause) ? exception : null;
        }
    }

    /// <summary>It has succeeded. When all have, what fails next is a new outage.</summary>
    internal void Succeeded(object owner)
    {
        lock (_gate)
        {
            _failing.Remove(owner);
            if (_failing.Count == 0)
            {
                _logged.Clear();
            }
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
