using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryDeadLetteringContract40 : DeadLetteringContract<InMemoryBackend40>;
