using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Patterns.Shared;

/// <summary>What the packages take from a container, and what they use where it has none.</summary>
internal static class ServiceDefaults
{
    extension(IServiceProvider services)
    {
        /// <summary>The container's clock, or the system's.</summary>
        internal TimeProvider GetTimeProvider() => services.GetService<TimeProvider>() ?? TimeProvider.System;

        /// <summary>The container's loggers, which never throw; without logging, loggers that log nothing.</summary>
        internal ILoggerFactory GetLoggerFactory() => new NonThrowingLoggerFactory(services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);

        /// <summary>The container's logger for a category, which never throws; without logging, one that logs nothing.</summary>
        internal ILogger GetLogger<TCategory>() => SafeLogger.Of(services.GetService<ILogger<TCategory>>());
    }
}
