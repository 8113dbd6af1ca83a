using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqPoisonMessageContract : PoisonMessageContract<RabbitMqBackend>;
