namespace TechCorp.Messaging.Tests;

/// <summary>As RabbitMQ 3.10 behaves.</summary>
public sealed class InMemoryBackend310() : InMemoryBackend(new Version(3, 10));
