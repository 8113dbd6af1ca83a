using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryPublishingContract : PublishingContract<InMemoryBackend>;
