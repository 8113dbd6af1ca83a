using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging.Tests;

/// <summary>Keeps what is logged: the event's id and its text.</summary>
internal sealed class ListLoggers : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _entries = []; // guarded by _gate

    internal IReadOnlyList<string> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _entries.Add($"{eventId.Id} {formatter(state, exception)}");
        }
    }

    public void Dispose()
    {
    }
}
