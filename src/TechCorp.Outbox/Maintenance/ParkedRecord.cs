namespace TechCorp.Outbox;

/// <summary>A parked event as it is read.</summary>
internal sealed class ParkedRecord
{
    internal string MessageId { get; init; } = "";

    internal string Type { get; init; } = "";

    internal string? Key { get; init; }

    internal string Exchange { get; init; } = "";

    internal string RoutingKey { get; init; } = "";

    internal string Reason { get; init; } = "";

    internal string? LastError { get; init; }

    internal int Attempts { get; init; }

    internal long ParkedAt { get; init; }

    internal ParkedEvent ToEvent()
        => new(Guid.Parse(MessageId), Type, Key, Exchange, RoutingKey, Enum.TryParse<ParkReason>(Reason, out var reason) ? reason : ParkReason.Unknown,
            LastError, Attempts, DateTimeOffset.FromUnixTimeMilliseconds(ParkedAt));
}
