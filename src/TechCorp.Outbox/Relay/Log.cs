using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>What this package logs; event ids from 3000. The outbox: 3000 to 3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Tables of '{Schema}' are at version {Version}; {Applied} schema files were applied.")]
    internal static partial void Migrated(ILogger logger, string schema, int version, int applied);

    [LoggerMessage(3010, LogLevel.Error, "The relay of '{Schema}' failed; it goes on after a pause.")]
    internal static partial void PassFailed(ILogger logger, string schema, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "The relay of '{Schema}' cannot publish: {Reason} Nothing is lost; it goes on after a pause.")]
    internal static partial void BrokerTrouble(ILogger logger, string schema, string reason);

    [LoggerMessage(3012, LogLevel.Warning, "{Count} events of '{Schema}' have no queue; they are tried again and parked after {Grace}.")]
    internal static partial void Unroutable(ILogger logger, int count, string schema, TimeSpan grace);

    [LoggerMessage(3015, LogLevel.Warning, "The broker refused {Count} events of '{Schema}'; they are tried again, those of their keys wait.")]
    internal static partial void Refused(ILogger logger, int count, string schema);

    [LoggerMessage(3013, LogLevel.Error, "{Count} events of '{Schema}' were parked; see outbox_parked, and redrive them when the cause is gone.")]
    internal static partial void Parked(ILogger logger, int count, string schema);

    [LoggerMessage(3014, LogLevel.Warning, "The relay of '{Schema}' could not give back its partitions; they are free when its session or lease ends.")]
    internal static partial void ReleaseFailed(ILogger logger, string schema, Exception exception);

    [LoggerMessage(3020, LogLevel.Warning, "Section {Section} names an outbox that this process does not have, and is ignored: it belongs to another service, or its name is misspelled.")]
    internal static partial void ForeignSection(ILogger logger, string section);
}
