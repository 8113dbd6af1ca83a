using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>A publisher that says when so many messages have been confirmed.</summary>
internal sealed class CountingPublisher(IMessagePublisher inner, int messages) : IMessagePublisher
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = messages;

    internal Task Done => _done.Task;

    public MessageCatalog Catalog => inner.Catalog;

    public async ValueTask<PublishOutcome> TryPublishAsync(Message message, Destination destination, PublishOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var outcome = await inner.TryPublishAsync(message, destination, options, cancellationToken);
        Count(outcome.IsConfirmed ? 1 : 0);
        return outcome;
    }

    public async ValueTask<IReadOnlyList<PublishOutcome>> TryPublishBatchAsync(IReadOnlyList<(Message Message, Destination Destination)> batch,
        PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        var outcomes = await inner.TryPublishBatchAsync(batch, options, cancellationToken);
        Count(outcomes.Count(outcome => outcome.IsConfirmed));
        return outcomes;
    }

    public Task PublishAsync<T>(T payload, Destination? destination = null, PublishOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull
        => inner.PublishAsync(payload, destination, options, cancellationToken);

    private void Count(int confirmed)
    {
        if (Interlocked.Add(ref _left, -confirmed) <= 0)
        {
            _done.TrySetResult();
        }
    }
}
