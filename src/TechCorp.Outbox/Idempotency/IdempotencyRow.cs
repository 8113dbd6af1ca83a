namespace TechCorp.Outbox;

/// <summary>A record as Dapper reads it.</summary>
internal sealed class IdempotencyRow
{
    public int Status { get; set; }

    public int IsSame { get; set; }

    public int? Failed { get; set; }

    public string? TypeTag { get; set; }

    public byte[]? Result { get; set; }

    public long LeaseLeft { get; set; }
}
