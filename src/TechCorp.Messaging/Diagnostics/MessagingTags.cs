namespace TechCorp.Messaging;

/// <summary>OpenTelemetry's names for what spans and figures of messaging are about: https://opentelemetry.io/docs/specs/semconv/messaging/.</summary>
internal static class MessagingTags
{
    internal const string System = "messaging.system";
    internal const string OperationName = "messaging.operation.name";
    internal const string OperationType = "messaging.operation.type";
    internal const string Destination = "messaging.destination.name";
    internal const string RoutingKey = "messaging.rabbitmq.destination.routing_key";
    internal const string MessageId = "messaging.message.id";
    internal const string Conversation = "messaging.message.conversation_id";
    internal const string Error = "error.type";
    internal const string ServerAddress = "server.address";
    internal const string ServerPort = "server.port";

    /// <summary>The exchange, or the queue behind the default exchange; without the key of an exchange, which may be different for every message.</summary>
    internal static string NameOf(Destination destination) => string.IsNullOrEmpty(destination.Exchange) ? destination.RoutingKey ?? "" : destination.Exchange;
}
