namespace TechCorp.Messaging.Tests;

/// <summary>As RabbitMQ 4.0 behaves.</summary>
public sealed class InMemoryBackend40() : InMemoryBackend(new Version(4, 0));
