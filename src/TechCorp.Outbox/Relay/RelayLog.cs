using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Log messages of the tables and the relay. Event ids 3000 to 3099.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(3000, LogLevel.Information, "Tables of '{Schema}' are at version {Version}; {Applied} schema files were applied.")]
    internal static partial void Migrated(this ILogger logger, string schema, int version, int applied);

    [LoggerMessage(3010, LogLevel.Error, "The relay of '{Schema}' failed; it continues after a pause: {Reason}")]
    internal static partial void RelayPassFailed(this ILogger logger, string schema, string reason, Exception? exception);

    [LoggerMessage(3011, LogLevel.Warning, "The relay of '{Schema}' cannot publish: {Reason} No event is lost; the relay continues after a pause.")]
    internal static partial void PublishingFailed(this ILogger logger, string schema, string reason);

    [LoggerMessage(3012, LogLevel.Warning,
        "{Count} events of '{Schema}' have no queue; they are retried, and parked after {Grace}. Bind a queue to their destinations.")]
    internal static partial void Unroutable(this ILogger logger, int count, string schema, TimeSpan grace);

    [LoggerMessage(3015, LogLevel.Warning, "The broker refused {Count} events of '{Schema}'; they are retried; later events of their keys wait.")]
    internal static partial void Refused(this ILogger logger, int count, string schema);

    [LoggerMessage(3013, LogLevel.Error, "{Count} events of '{Schema}' were parked; see outbox_parked, and redrive them when the cause is removed.")]
    internal static partial void Parked(this ILogger logger, int count, string schema);

    [LoggerMessage(3014, LogLevel.Warning, "The relay of '{Schema}' could not release its partitions; other relays get them when its session or lease ends.")]
    internal static partial void ReleaseFailed(this ILogger logger, string schema, Exception exception);

    [LoggerMessage(3020, LogLevel.Warning,
        "Section {Section} names an outbox that this process does not have, and is ignored: it belongs to another service, or its name is misspelled.")]
    internal static partial void ForeignSection(this ILogger logger, string section);

    [LoggerMessage(3021, LogLevel.Warning, "Settings changed that have no effect until this service restarts: {Settings}.")]
    internal static partial void NeedsRestart(this ILogger logger, string settings);
}
