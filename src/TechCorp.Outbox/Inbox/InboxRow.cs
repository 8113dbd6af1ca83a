namespace TechCorp.Outbox;

/// <summary>A mark as Dapper reads it.</summary>
internal sealed class InboxRow
{
    internal byte[] BodyHash { get; set; } = [];

    internal int AfterCommit { get; set; }
}
