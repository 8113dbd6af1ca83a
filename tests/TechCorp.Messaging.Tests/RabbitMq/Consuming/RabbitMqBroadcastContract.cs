using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqBroadcastContract : BroadcastContract<RabbitMqBackend>;
