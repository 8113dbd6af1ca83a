namespace TechCorp.Resilience.Tests;

/// <summary>What a driver throws instead of a cancellation, as gRPC and databases do.</summary>
internal sealed class DriverException(string message) : Exception(message);
