using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class InMemoryTopologyContract310 : TopologyContract<InMemoryBackend310>;
