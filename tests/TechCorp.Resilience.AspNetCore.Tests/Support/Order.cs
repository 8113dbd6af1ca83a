namespace TechCorp.Resilience.AspNetCore.Tests;

internal sealed record Order(string Id);
