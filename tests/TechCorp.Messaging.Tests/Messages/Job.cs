namespace TechCorp.Messaging.Tests;

/// <summary>A numbered message of the tests.</summary>
internal sealed record Job(int Number);
