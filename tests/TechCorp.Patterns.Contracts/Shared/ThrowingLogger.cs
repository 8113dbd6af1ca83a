using Microsoft.Extensions.Logging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A logger that throws whenever something is logged, and counts.</summary>
internal sealed class ThrowingLogger<T> : ILogger<T>
{
    private int _entries;

    internal int Entries => Volatile.Read(ref _entries);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Interlocked.Increment(ref _entries);
        throw new InvalidOperationException("The disk of the log is full.");
    }
}
