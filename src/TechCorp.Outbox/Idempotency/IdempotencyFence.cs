namespace TechCorp.Outbox;

/// <summary>What a claim returns, as Dapper reads it.</summary>
internal sealed class IdempotencyFence
{
    internal long Fence { get; set; }

    internal int Attempt { get; set; }
}
