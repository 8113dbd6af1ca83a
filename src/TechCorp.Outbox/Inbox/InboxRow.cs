namespace TechCorp.Outbox;

/// <summary>A mark as Dapper reads it.</summary>
internal sealed class InboxRow
{
    public byte[] BodyHash { get; set; } = [];

    public int AfterCommit { get; set; }
}
