namespace TechCorp.Patterns.Load;

/// <summary>Publishes a number of messages with one caller for each place of the window; each awaits its confirm.</summary>
internal static class PublishLoad
{
    internal static async Task RunAsync(ILoadPublisher publisher, int messages, int callers)
    {
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));

        async Task CallAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number <= messages)
            {
                await publisher.PublishAsync(LoadEvent.Of(number));
            }
        }
    }
}
