namespace TechCorp.Outbox;

/// <summary>The answer of a <see cref="SagaBarrier"/>: whether this call may have an effect. Commit in every case, so
/// that the mark of the call stays.</summary>
public enum BarrierEntry
{
    /// <summary>No answer; never returned.</summary>
    None,

    /// <summary>The first call, and it may have its effect: an action acts, a compensation undoes the action.</summary>
    Proceed,

    /// <summary>A repeated call: the effect exists. Answer as the first time.</summary>
    Duplicate,

    /// <summary>An action that came after its compensation: it must have no effect. Answer with a rejection.</summary>
    DanglingAction,

    /// <summary>A compensation whose action has had no effect and, from now on, can have none. Answer as if the action were undone.</summary>
    EmptyCompensation,
}
