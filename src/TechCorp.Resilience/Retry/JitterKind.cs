namespace TechCorp.Resilience;

/// <summary>How chance spreads the waits of callers that failed together.</summary>
public enum JitterKind
{
    /// <summary>Not at all: the waits are exact.</summary>
    None,

    /// <summary>Between zero and the full wait.</summary>
    Full,

    /// <summary>Between half of the wait and the full wait.</summary>
    Equal,
}
