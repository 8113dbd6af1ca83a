using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryDeadLetterContract : DeadLetterContract<InMemoryBackend>;
