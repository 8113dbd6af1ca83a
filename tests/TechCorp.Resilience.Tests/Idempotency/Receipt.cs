namespace TechCorp.Resilience.Tests;

internal record Receipt(string Id, decimal Amount);
