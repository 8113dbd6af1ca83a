namespace TechCorp.Outbox;

/// <summary>What one pass did.</summary>
/// <param name="Owned">Partitions owned.</param>
/// <param name="Read">Rows read.</param>
/// <param name="Confirmed">Rows whose event the broker has.</param>
/// <param name="Deferred">Rows to be retried after a wait: refused, or without a queue.</param>
/// <param name="Unroutable">Those of them without a queue.</param>
/// <param name="Parked">Rows parked.</param>
/// <param name="Error">Why nothing more could be published, where that is not a row's fault; null otherwise.</param>
/// <param name="More">Whether there is more to read at once.</param>
internal sealed record RelayPassResult(int Owned, int Read, int Confirmed, int Deferred, int Unroutable, int Parked, string? Error, bool More);
