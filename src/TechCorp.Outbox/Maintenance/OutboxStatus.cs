namespace TechCorp.Outbox;

/// <summary>The state of an outbox.</summary>
/// <param name="Pending">Events committed and not yet confirmed by the broker, counted up to <see cref="OutboxMonitor.CountLimit"/>.</param>
/// <param name="Unroutable">Those of them that no queue is bound for.</param>
/// <param name="Parked">Events that wait for an operator to redrive or discard them, counted up to the same limit.</param>
/// <param name="OldestAge">How long the oldest pending event has waited, by the database's clock; null when none is pending.</param>
public sealed record OutboxStatus(long Pending, long Unroutable, long Parked, TimeSpan? OldestAge);
