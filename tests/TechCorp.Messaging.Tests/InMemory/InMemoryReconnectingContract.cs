using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryReconnectingContract : ReconnectingContract<InMemoryBackend>;
