namespace TechCorp.Outbox;

/// <summary>An event that waits for an operator to redrive or discard it.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="Type">The wire name of its type.</param>
/// <param name="Key">Its ordering key; where the reason is <see cref="ParkReason.Invalid"/>, later events of the key wait for it.</param>
/// <param name="Exchange">Where it was to go.</param>
/// <param name="RoutingKey">With this routing key.</param>
/// <param name="Reason">Why it was parked.</param>
/// <param name="LastError">The error that the publisher reported.</param>
/// <param name="Attempts">How many times it was tried.</param>
/// <param name="ParkedAt">When it was parked, by the database's clock.</param>
public sealed record ParkedEvent(Guid MessageId, string Type, string? Key, string Exchange, string RoutingKey, ParkReason Reason, string? LastError,
    int Attempts, DateTimeOffset ParkedAt);
