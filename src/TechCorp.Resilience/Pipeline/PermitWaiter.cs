namespace TechCorp.Resilience;

/// <summary>A call that waits for a permit.</summary>
/// <remarks>A caller that holds its thread is woken by the thread that gives the permit, so that no thread of the pool is needed for it.</remarks>
internal sealed class PermitWaiter(bool blocks)
    : TaskCompletionSource(blocks ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Its place in the queue, guarded by the lock of the limiter, so that to give up searches for nothing.</summary>
    internal LinkedListNode<PermitWaiter>? Place { get; set; }
}
