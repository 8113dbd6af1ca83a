namespace TechCorp.Outbox;

/// <summary>A row to be tried again later, as the database is told. Names are those of the JSON that the statements read.</summary>
internal sealed record FailedRow(long Id, long Epoch, long DelayMs, bool Unroutable, string Error);
