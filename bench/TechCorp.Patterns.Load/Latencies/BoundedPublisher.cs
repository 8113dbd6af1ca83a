namespace TechCorp.Patterns.Load;

/// <summary>No more than so many unconfirmed publishes; further ones wait, as they do on our side. Since 7.2.1 the raw client's own limiter does not bound them.</summary>
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
