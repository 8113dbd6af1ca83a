using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqBlockedPublishersContract : BlockedPublishersContract<RabbitMqBackend>;
