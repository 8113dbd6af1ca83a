namespace TechCorp.Outbox;

/// <summary>What one pass did.</summary>
/// <param name="Owned">Partitions owned.</param>
/// <param name="Read">Rows read.</param>
/// <param name="Confirmed">Rows whose event the broker has.</param>
/// <param name="PutOff">Rows to be tried again after a wait: refused, or without a queue.</param>
/// <param name="Unroutable">Those of them without a queue.</param>
/// <param name="Parked">Rows parked.</param>
/// <param name="Trouble">Why nothing more could be published, where that is not a row's fault; null otherwise.</param>
/// <param name="More">Whether there is more to read at once.</param>
internal sealed record RelayPassResult(int Owned, int Read, int Confirmed, int PutOff, int Unroutable, int Parked, string? Trouble, bool More);
