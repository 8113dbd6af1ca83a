namespace TechCorp.Resilience.Tests;

internal sealed record Receipt(string Id, decimal Amount);
