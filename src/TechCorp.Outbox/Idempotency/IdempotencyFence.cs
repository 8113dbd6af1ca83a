namespace TechCorp.Outbox;

/// <summary>What a claim returns, as Dapper reads it.</summary>
internal sealed class IdempotencyFence
{
    public long Fence { get; set; }

    public int Attempt { get; set; }
}
