using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqDeadLetterTargetContract : DeadLetterTargetContract<RabbitMqBackend>;
