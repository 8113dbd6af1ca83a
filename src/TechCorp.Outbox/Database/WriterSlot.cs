namespace TechCorp.Outbox;

/// <summary>The turn to write; disposing hands it to the next in the queue, once.</summary>
internal sealed class WriterSlot(SemaphoreSlim turn) : IDisposable
{
    private SemaphoreSlim? _turn = turn;

    public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
}
