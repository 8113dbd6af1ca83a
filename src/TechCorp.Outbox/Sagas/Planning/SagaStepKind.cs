namespace TechCorp.Outbox;

/// <summary>What a step may do when it cannot succeed.</summary>
internal enum SagaStepKind
{
    /// <summary>Before the point of no return: giving it up undoes it and the steps before it.</summary>
    Compensatable,

    /// <summary>The point of no return: once it may have happened it is retried until it has. Only a rejection undoes the steps before it.</summary>
    Pivot,

    /// <summary>After the point of no return: retried until it succeeds.</summary>
    Retriable,

    /// <summary>Work in the saga's own database, committed with its outcome: done exactly once.</summary>
    Local,
}
