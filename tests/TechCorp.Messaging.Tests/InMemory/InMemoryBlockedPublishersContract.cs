using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryBlockedPublishersContract : BlockedPublishersContract<InMemoryBackend>;
