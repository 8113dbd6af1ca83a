using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryConsumingContract310 : ConsumingContract<InMemoryBackend310>;
