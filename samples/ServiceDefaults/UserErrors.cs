using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>The failures of a start that the user can mend.</summary>
internal static class UserErrors
{
    /// <summary>The line to print; null for a defect of ours.</summary>
    internal static string? Describe(Exception exception) => exception switch
    {
        SchemaVersionException or TopologyException or BrokerConnectionException => exception.Message,
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        _ => null,
    };
}
