namespace TechCorp.Outbox;

/// <summary>What one insert statement did.</summary>
/// <param name="Inserted">How many rows were new; the ids of the others were there.</param>
/// <param name="CommitToken">What the database can be asked about after a lost commit; null where it does not number its transactions.</param>
internal readonly record struct InsertResult(int Inserted, string? CommitToken);
