namespace TechCorp.Outbox;

/// <summary>A row of the saga table as Dapper reads it.</summary>
internal sealed class SagaRow
{
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public int Version { get; set; }

    public string GraphHash { get; set; } = "";

    public string BusinessKey { get; set; } = "";

    public string Status { get; set; } = "";

    public string? Reason { get; set; }

    public long Epoch { get; set; }

    public string Data { get; set; } = "";

    public long? DeadlineLeft { get; set; }
}
