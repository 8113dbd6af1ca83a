namespace TechCorp.Outbox;

/// <summary>The outcome of a transaction whose COMMIT got no answer.</summary>
public enum CommitOutcome
{
    /// <summary>The database does not know: the transaction is still running there, or so old that it was forgotten.</summary>
    Unknown,

    /// <summary>It happened: the writes exist and the events are published. Do not repeat the work.</summary>
    Committed,

    /// <summary>It did not happen: nothing was written. Repeat the work.</summary>
    NotCommitted,
}
