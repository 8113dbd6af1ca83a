namespace TechCorp.Outbox;

/// <content>What monitoring and redrives say.</content>
public abstract partial class SqlDialect
{
    internal abstract string Status(string schema);

    internal abstract string ListParked(string schema);

    /// <summary>Sends parked rows back (<c>@id</c> or <c>@reason</c>, <c>@limit</c>) and answers how many.</summary>
    internal abstract string Redrive(string schema);

    /// <summary>Deletes a parked row (<c>@id</c>) and answers how many there were.</summary>
    internal abstract string Discard(string schema);
}
