namespace TechCorp.Resilience;

/// <summary>What would be lost with a circuit or a pipeline, the least first.</summary>
internal enum CircuitMemory
{
    /// <summary>Nothing: it is as good as a new one.</summary>
    None,

    /// <summary>Failures of the past: a new one would admit its next call as well.</summary>
    Failures,

    /// <summary>It rejects calls, or a probe runs.</summary>
    Open,

    /// <summary>Calls hold permits of its concurrency limit, or wait for one: a new one would give as many again.</summary>
    Busy,

    /// <summary>An operator isolated it: only an operator may end that.</summary>
    Isolated,
}
