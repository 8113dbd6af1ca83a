namespace TechCorp.Outbox;

/// <summary>The statements of the inbox in one dialect.</summary>
internal sealed record InboxSql
{
    /// <summary>Marks a message as handled; no row when it was before.</summary>
    internal required string Mark { get; init; }

    internal required string Find { get; init; }

    /// <summary>The work after the commit is done.</summary>
    internal required string Settle { get; init; }

    /// <summary>Deletes marks past their retention, oldest first.</summary>
    internal required string Purge { get; init; }
}
