namespace TechCorp.Resilience;

/// <summary>The execution context in which a call began.</summary>
internal static class CallerFlow
{
    /// <summary>Takes back what an attempt that is no asynchronous method has changed in its caller's flow: an asynchronous local, the current span.</summary>
    internal static void Restore(ExecutionContext? context)
    {
        if (context is not null) // null: its caller has suppressed the flow, or nothing can follow
        {
            ExecutionContext.Restore(context);
        }
    }
}
