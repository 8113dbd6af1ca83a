using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryTopologyContract40 : TopologyContract<InMemoryBackend40>;
