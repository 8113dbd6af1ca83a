namespace TechCorp.Outbox;

/// <summary>The right to write; disposing hands it to the next writer in the queue, once.</summary>
internal sealed class WriterSlot(SemaphoreSlim semaphore) : IDisposable
{
    private SemaphoreSlim? _semaphore = semaphore;

    public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
}
