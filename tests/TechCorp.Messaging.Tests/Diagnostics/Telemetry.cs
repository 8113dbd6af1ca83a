namespace TechCorp.Messaging.Tests;

/// <summary>Meter and spans are of the whole process: whoever listens to them runs alone.</summary>
[CollectionDefinition(nameof(Telemetry), DisableParallelization = true)]
public sealed class Telemetry;
