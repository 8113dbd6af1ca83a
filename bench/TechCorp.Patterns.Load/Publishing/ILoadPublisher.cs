namespace TechCorp.Patterns.Load;

/// <summary>One side of a comparison: publishes persistent, mandatory, with an id, and returns when the broker has confirmed that very message.</summary>
internal interface ILoadPublisher : IAsyncDisposable
{
    ValueTask PublishAsync(LoadEvent body);
}
