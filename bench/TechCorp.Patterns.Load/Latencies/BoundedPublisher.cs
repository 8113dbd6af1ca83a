namespace TechCorp.Patterns.Load;

/// <summary>Limits the number of unconfirmed publishes; further ones wait, as on our side. The raw client's own limiter, since
/// 7.2.1, does not limit them.</summary>
internal sealed class BoundedPublisher(ILoadPublisher publisher, int window) : ILoadPublisher
{
    private readonly SemaphoreSlim _free = new(window);

    public async ValueTask PublishAsync(LoadEvent body)
    {
        await _free.WaitAsync();
        try
        {
            await publisher.PublishAsync(body);
        }
        finally
        {
            _free.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _free.Dispose();
        return publisher.DisposeAsync();
    }
}
