using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

[Collection(nameof(Telemetry))]
public sealed class RabbitMqTelemetryContract : TelemetryContract<RabbitMqBackend>;
