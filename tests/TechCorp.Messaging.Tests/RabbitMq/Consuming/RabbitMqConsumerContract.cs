using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqConsumerContract : ConsumerContract<RabbitMqBackend>;
