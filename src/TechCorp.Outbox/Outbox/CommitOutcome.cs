namespace TechCorp.Outbox;

/// <summary>What became of a transaction whose commit was not answered.</summary>
public enum CommitOutcome
{
    /// <summary>The database cannot tell: the transaction is still running there, or so old that it was forgotten.</summary>
    Unknown,

    /// <summary>It happened: the writes are there and the events are published. Do not do the work again.</summary>
    Committed,

    /// <summary>It did not happen: nothing was written. Do the work again.</summary>
    NotCommitted,
}
