using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryBroadcastContract : BroadcastContract<InMemoryBackend>;
