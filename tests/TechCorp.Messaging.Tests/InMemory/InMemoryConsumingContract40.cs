using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryConsumingContract40 : ConsumingContract<InMemoryBackend40>;
