namespace TechCorp.Resilience;

/// <summary>How waits are randomized, so that callers that failed together do not retry together.</summary>
public enum JitterKind
{
    /// <summary>Not at all: the waits are exact.</summary>
    None,

    /// <summary>Between zero and the full wait.</summary>
    Full,

    /// <summary>Between half of the wait and the full wait.</summary>
    Equal,
}
