namespace TechCorp.Outbox;

/// <summary>The barrier's answer to a compensation.</summary>
public enum CompensationEntry
{
    /// <summary>The action had its effect: undo it, and commit.</summary>
    Proceed,

    /// <summary>Undone already: answer as the first time.</summary>
    Duplicate,

    /// <summary>The action never had its effect, and from now on it cannot: commit, and answer as if it were undone.</summary>
    Null,
}
