using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A broker that does what the test says: confirms, refuses, returns, loses the connection, keeps everybody waiting.</summary>
/// <remarks>What it accepted is what a queue would hold, in order; the answer to the publisher may differ (a lost confirm).</remarks>
internal sealed class ScriptedBroker : IMessagePublisher, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(Message Message, Destination Destination)> _accepted = [];
    private TaskCompletionSource _confirms = Completed();
    private TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the broker answers to a message; throwing is the publisher's own exception.</summary>
    internal Func<Message, PublishOutcome> Answer { get; set; } = _ => PublishOutcome.Confirmed;

    /// <summary>Whether the broker keeps the message although it does not confirm it.</summary>
    internal bool KeepsUnconfirmed { get; set; }

    /// <summary>The largest body; a larger one throws before anything is sent.</summary>
    internal int MaxBodyBytes { get; set; } = 1024 * 1024;

    internal int Batches { get; private set; }

    internal int Attempts { get; private set; }

    public MessageCatalog Catalog { get; } = new();

    internal IReadOnlyList<(Message Message, Destination Destination)> Accepted
    {
        get
        {
            lock (_gate)
            {
                return [.. _accepted];
            }
        }
    }

    internal IReadOnlyList<string> Bodies => [.. Accepted.Select(entry => Events.BodyOf(entry.Message))];

    /// <summary>Ends when something has been sent, confirmed or not.</summary>
    internal Task Published => _published.Task;

    /// <summary>From now on confirms wait for <see cref="ReleaseConfirms"/>.</summary>
    internal void HoldConfirms() => _confirms = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void ReleaseConfirms() => _confirms.TrySetResult();

    public async ValueTask<PublishOutcome> TryPublishAsync(Message message, Destination destination, PublishOptions? options = null,
        CancellationToken cancellationToken = default)
        => (await TryPublishBatchAsync([(message, destination)], options, cancellationToken))[0];

    public async ValueTask<IReadOnlyList<PublishOutcome>> TryPublishBatchAsync(
        IReadOnlyList<(Message Message, Destination Destination)> batch, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        var outcomes = new List<PublishOutcome>();
        if (batch.FirstOrDefault(entry => entry.Message.Body.Length > MaxBodyBytes) is { Message: { } large })
        {
            throw new ArgumentException($"The body of {large.Id} has {large.Body.Length} bytes.");
        }

        lock (_gate)
        {
            Batches++;
            foreach (var entry in batch)
            {
                Attempts++;
                var outcome = Answer(entry.Message);
                outcomes.Add(outcome);
                if (outcome.IsConfirmed || (KeepsUnconfirmed && outcome.MayHaveBeenDelivered))
                {
                    _accepted.Add(entry);
                }
            }
        }

        _published.TrySetResult();
        await _confirms.Task.WaitAsync(cancellationToken);
        return outcomes;
    }

    public ValueTask DisposeAsync()
    {
        ReleaseConfirms();
        return default;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
