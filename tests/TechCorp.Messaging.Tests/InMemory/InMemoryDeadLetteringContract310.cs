using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryDeadLetteringContract310 : DeadLetteringContract<InMemoryBackend310>;
