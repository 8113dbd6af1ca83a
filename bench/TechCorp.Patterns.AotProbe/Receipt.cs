namespace TechCorp.Patterns.AotProbe;

internal sealed record Receipt(string PaymentId, long Amount);
