using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>Startup errors that the user can correct.</summary>
internal static class UserErrors
{
    /// <summary>Returns the line to print; null for a defect.</summary>
    internal static string? Describe(Exception exception) => exception switch
    {
        SchemaVersionException or TopologyException or BrokerConnectionException => exception.Message,
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        _ => null,
    };
}
