using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Patterns.Shared;

/// <summary>A logger that keeps secrets in exception texts out of the log and that cannot change an outcome: what the
/// wrapped logger throws is dropped.</summary>
internal sealed class SafeLogger : ILogger
{
    private readonly ILogger _logger;
    private readonly bool _throws;

    private SafeLogger(ILogger logger, bool throws)
    {
        _logger = logger;
        _throws = throws;
    }

    /// <summary>Wraps a logger once; nothing is logged without one.</summary>
    internal static ILogger Of(ILogger? logger) => logger switch
    {
        null or NullLogger => NullLogger.Instance,
        SafeLogger { _throws: false } => logger,
        SafeLogger safe => new SafeLogger(safe._logger, throws: false),
        _ => new SafeLogger(logger, throws: false),
    };

    /// <summary>Scrubs, and lets the wrapped logger's exceptions through, for callers that report them elsewhere.</summary>
    internal static ILogger ScrubbingOnly(ILogger? logger) => logger switch
    {
        null or NullLogger => NullLogger.Instance,
        SafeLogger => logger,
        _ => new SafeLogger(logger, throws: true),
    };

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return _logger.BeginScope(state);
        }
        catch (Exception) when (!_throws)
        {
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return _logger.IsEnabled(logLevel);
        }
        catch (Exception) when (!_throws)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            var scrubbed = ScrubbedException.Of(exception);
            _logger.Log(logLevel, eventId, state, scrubbed, formatter);
        }
        catch (Exception) when (!_throws)
        {
            // There is no other place to log it.
        }
    }
}
