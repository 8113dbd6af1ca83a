using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>What the start logs: event ids 2120 to 2199.</summary>
internal static partial class HostLog
{
    [LoggerMessage(2120, LogLevel.Warning,
        "The broker at {Broker} could not be reached within {Timeout}; the host continues to start, and consumers start when the broker can be reached.")]
    internal static partial void ConnectingInBackground(this ILogger logger, string broker, TimeSpan timeout);

    [LoggerMessage(2121, LogLevel.Error, "Messaging at {Broker} could not start; it is tried again after {Pause}: {Reason}")]
    internal static partial void StartFailed(this ILogger logger, string broker, TimeSpan pause, string reason, Exception? exception);

    [LoggerMessage(2122, LogLevel.Warning,
        "Not every consumer at {Broker} has started within {Timeout}; the host continues to start, and the other consumers start when they can.")]
    internal static partial void SubscribingInBackground(this ILogger logger, string broker, TimeSpan timeout);

    [LoggerMessage(EventId = 2123, Message = "Topology, {Subject}: {Harm} {Remedy} [{Rule}]")]
    internal static partial void TopologyFinding(this ILogger logger, LogLevel level, string subject, string harm, string remedy, string rule);

    [LoggerMessage(2124, LogLevel.Warning,
        "Topology, {Subject} is not as declared: {Difference} It is used as it is; declare it as it is, or name another (UseDeadLetterExchange for the "
        + "exchange of dead letters).")]
    internal static partial void TopologyDiffers(this ILogger logger, string subject, string difference);

    [LoggerMessage(2125, LogLevel.Information, "The topology exists, and was not compared with the declared one: {Reason}")]
    internal static partial void TopologyNotCompared(this ILogger logger, string reason);

    [LoggerMessage(2140, LogLevel.Warning,
        "Section {Section} names a queue or an instance that this process does not have, and is ignored: it belongs to another service, "
        + "or its name is misspelled.")]
    internal static partial void ForeignSection(this ILogger logger, string section);

    [LoggerMessage(2141, LogLevel.Warning, "Settings changed that have no effect until this service restarts: {Settings}.")]
    internal static partial void NeedsRestart(this ILogger logger, string settings);
}
