using Microsoft.Extensions.Logging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Loggers that throw at every entry, and count the entries.</summary>
internal sealed class ThrowingLoggers : ILoggerFactory, ILogger
{
    private int _heard;

    internal int Heard => Volatile.Read(ref _heard);

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

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Interlocked.Increment(ref _heard);
        throw new InvalidOperationException("a logger's own trouble");
    }
}
