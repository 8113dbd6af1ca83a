using Microsoft.Extensions.Logging;

namespace TechCorp.Patterns.Shared;

/// <summary>Makes loggers that scrub secrets and never throw (<see cref="SafeLogger"/>).</summary>
internal sealed class NonThrowingLoggerFactory(ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => SafeLogger.Of(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    /// <summary>Does nothing: the wrapped factory belongs to its creator.</summary>
    public void Dispose()
    {
    }
}
