namespace TechCorp.Patterns.Shared;

/// <summary>Starts work that outlives its caller.</summary>
internal static class Detached
{
    /// <summary>Runs a loop on the thread pool, without the flow of who starts it: neither its span nor its <c>TransactionScope</c> nor any other
    /// asynchronous local would end for the loop.</summary>
    internal static Task Run(Func<Task> loop)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Task.Run(loop);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(loop);
        }
    }
}
