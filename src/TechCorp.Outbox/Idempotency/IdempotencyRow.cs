namespace TechCorp.Outbox;

/// <summary>A record as Dapper reads it.</summary>
internal sealed class IdempotencyRow
{
    internal int Status { get; set; }

    internal int IsSame { get; set; }

    internal int? Failed { get; set; }

    internal string? TypeTag { get; set; }

    internal byte[]? Result { get; set; }

    internal long LeaseLeft { get; set; }
}
