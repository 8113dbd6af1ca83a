namespace TechCorp.Outbox;

/// <summary>A row to be parked, as a parameter of a statement. Names are those of the JSON that the statements read.</summary>
internal sealed record ParkedRow(long Id, long Epoch, bool WholeKey, string Reason, string Error);
