namespace TechCorp.Resilience.Http.Tests;

internal sealed record Product(string Name);
