namespace TechCorp.Outbox;

/// <summary>A parked event as it is read.</summary>
internal sealed class ParkedRecord
{
    public string MessageId { get; init; } = "";

    public string Type { get; init; } = "";

    public string? Key { get; init; }

    public string Exchange { get; init; } = "";

    public string RoutingKey { get; init; } = "";

    public string Reason { get; init; } = "";

    public string? LastError { get; init; }

    public int Attempts { get; init; }

    public long ParkedAt { get; init; }

    internal ParkedEvent ToEvent() => new(Guid.Parse(MessageId), Type, Key, Exchange, RoutingKey, Reason, LastError, Attempts, DateTimeOffset.FromUnixTimeMilliseconds(ParkedAt));
}
