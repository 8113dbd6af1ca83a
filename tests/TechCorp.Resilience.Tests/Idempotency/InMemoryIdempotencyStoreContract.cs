using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.Tests;

public sealed class InMemoryIdempotencyStoreContract : IdempotencyStoreContract<InMemoryIdempotencyBackend>;
