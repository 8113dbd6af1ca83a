namespace TechCorp.Outbox;

/// <summary>Where a process that runs a saga could die.</summary>
internal enum SagaPoint
{
    /// <summary>The intent is durable, the call not made.</summary>
    BeforeCall,

    /// <summary>The call has returned, its outcome is not written.</summary>
    AfterCall,

    /// <summary>The outcome and the next intent are durable.</summary>
    AfterWrite,
}
