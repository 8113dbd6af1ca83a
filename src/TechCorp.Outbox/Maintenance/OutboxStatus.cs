namespace TechCorp.Outbox;

/// <summary>How an outbox stands.</summary>
/// <param name="Pending">Events committed and not yet confirmed by the broker, counted up to <see cref="OutboxMonitor.CountLimit"/>.</param>
/// <param name="Unroutable">Those of them that no queue is bound for.</param>
/// <param name="Parked">Events that were given up until somebody redrives or discards them, counted up to the same limit.</param>
/// <param name="OldestAge">How long the oldest pending event has waited, by the database's clock; null when none is pending.</param>
public sealed record OutboxStatus(long Pending, long Unroutable, long Parked, TimeSpan? OldestAge);
