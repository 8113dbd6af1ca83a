using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

[Collection(nameof(Telemetry))]
public sealed class InMemoryTelemetryContract : TelemetryContract<InMemoryBackend>;
