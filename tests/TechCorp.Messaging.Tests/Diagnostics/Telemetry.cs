namespace TechCorp.Messaging.Tests;

/// <summary>Meter and spans are of the whole process: a test that listens to them runs alone.</summary>
[CollectionDefinition(nameof(Telemetry), DisableParallelization = true)]
public sealed class Telemetry;
