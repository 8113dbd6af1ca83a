namespace TechCorp.Outbox;

/// <summary>A row to be retried later, as a parameter of a statement. Names are those of the JSON that the statements read.</summary>
internal sealed record DeferredRow(long Id, long Epoch, long DelayMs, bool Unroutable, string Error);
