using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging.Tests;

/// <summary>Keeps what is logged, as a console would print it.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<(int EventId, string Text, Exception? Exception)> _entries = []; // guarded by _gate

    internal IReadOnlyList<(int EventId, string Text, Exception? Exception)> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>The lines of all entries, those of stacks included.</summary>
    internal int Lines => Entries.Sum(entry => $"{entry.Text}{(entry.Exception is null ? "" : $"\n{entry.Exception}")}".Split('\n').Length);

    internal int Count(int eventId) => Entries.Count(entry => entry.EventId == eventId);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_gate)
            {
                _entries.Add((eventId.Id, formatter(state, exception), exception));
            }
        }
    }
}
