namespace TechCorp.Resilience.Tests;

internal sealed record SignedReceipt(string Id, decimal Amount, string Signature) : Receipt(Id, Amount);
