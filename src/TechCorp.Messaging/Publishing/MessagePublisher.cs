using System.Buffers;
using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The one publisher over every transport: checks limits, completes properties, keeps a batch in order.</summary>
/// <param name="transport">Where to.</param>
/// <param name="catalog">The message types.</param>
/// <param name="options">Limits and timeout.</param>
/// <param name="appId">The service's name.</param>
/// <param name="timeProvider">The clock of deadlines.</param>
/// <param name="mode">Whether queues for delays may be declared.</param>
/// <param name="gate">Closed before the host's start and after its stop; null without a host.</param>
internal sealed class MessagePublisher(ITransport transport, MessageCatalog catalog, PublisherOptions options, string appId, TimeProvider timeProvider,
    TopologyMode mode = TopologyMode.Create, HostGate? gate = null) : IMessagePublisher
{
    private readonly ObservedPublisher _publishing = new(transport, timeProvider);
    private readonly int _window = options.MaxOutstandingConfirms;

    public MessageCatalog Catalog { get; } = catalog;

    /// <summary>The ladders that delayed publishes use.</summary>
    internal DelayLadders Ladders { get; } = new(transport, mode, timeProvider);

    /// <summary>Its body lives in pooled memory, which is not read any more when the publish has ended.</summary>
    public async Task PublishAsync<T>(T payload, Destination? destination = null, PublishOptions? options = null,
        CancellationToken cancellationToken = default)
        where T : notnull
    {
        gate?.ThrowUnlessRunning("publish");
        var type = Catalog.TypeOf(payload);
        var to = destination ?? type.RequiredDestination;
        var body = type.Serialize(payload, pooled: true, out var rented);
        try
        {
            var message = new Message
            {
                Body = body,
                Type = type.WireName,
                ContentType = type.ContentType,
                AppId = appId,
                Timestamp = timeProvider.GetUtcNow(),
            };
            message = Complete(message, to, options);
            var outcome = await SendAsync(message, to, options, TimeoutOf(options), cancellationToken).ConfigureAwait(false);
            if (!outcome.IsConfirmed)
            {
                throw new PublishException(message.Id, to, outcome);
            }
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    public ValueTask<PublishOutcome> TryPublishAsync(Message message, Destination destination, PublishOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        gate?.ThrowUnlessRunning("publish");
        var complete = Complete(message, destination, options);

        // Preserved: the transport's task is used again by other publishes, and what a caller does with its own must not touch them.
        return SendAsync(complete, destination, options, TimeoutOf(options), cancellationToken).Preserve();
    }

    public async ValueTask<IReadOnlyList<PublishOutcome>> TryPublishBatchAsync(IReadOnlyList<(Message Message, Destination Destination)> batch,
        PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        gate?.ThrowUnlessRunning("publish");
        if (options?.MessageId is { } id && batch.Count > 1)
        {
            throw new ArgumentException($"{nameof(PublishOptions.MessageId)} ('{id}') is the id of one message; the batch has {batch.Count}.", nameof(options));
        }

        var started = timeProvider.GetTimestamp();
        var timeout = TimeoutOf(options);
        var complete = new Message[batch.Count];
        for (var i = 0; i < complete.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(batch[i].Message, nameof(batch));
            complete[i] = Complete(batch[i].Message, batch[i].Destination, options);
        }

        var flights = new Task<PublishOutcome>[complete.Length];
        for (var i = 0; i < flights.Length; i++)
        {
            await WaitForRoomAsync(flights, i).ConfigureAwait(false);
            var left = timeout - timeProvider.GetElapsedTime(started); // one deadline for the whole batch
            flights[i] = left > TimeSpan.Zero
                ? SendAsync(complete[i], batch[i].Destination, options, left, cancellationToken).AsTask()
                : Task.FromResult(PublishOutcome.ExpiredUnwritten("the batch's timeout had passed."));
        }

        return await Task.WhenAll(flights).ConfigureAwait(false);
    }

    /// <summary>No more flights than the window, so that a batch of any length needs bounded memory; how the flight ended is seen at the end.</summary>
    private async ValueTask WaitForRoomAsync(Task<PublishOutcome>[] flights, int next)
    {
        if (next >= _window)
        {
            await ((Task)flights[next - _window]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ValueTask<PublishOutcome> SendAsync(Message message, Destination destination, PublishOptions? publish, TimeSpan timeout,
        CancellationToken cancellationToken)
        => message.Foreign?.Delay is { } delay
            ? DelayAsync(message, destination, delay, timeout, cancellationToken)
            : _publishing.PublishAsync("publish", message, destination, publish?.UnroutableBehavior ?? UnroutableBehavior.Fail, timeout, cancellationToken);

    private async ValueTask<PublishOutcome> DelayAsync(Message message, Destination destination, TimeSpan delay, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        if (await Ladders.EnsureAsync(destination, delay, timeout, cancellationToken).ConfigureAwait(false) is { } failed)
        {
            return failed;
        }

        var (entering, first) = DelayLadders.Enter(message, destination);
        var left = timeout - timeProvider.GetElapsedTime(started);
        if (left <= TimeSpan.Zero)
        {
            return PublishOutcome.ExpiredUnwritten($"declaring the delay queues of {destination} took all the time.");
        }

        var outcome = await _publishing.PublishAsync("publish", entering, first, UnroutableBehavior.Fail, left, cancellationToken).ConfigureAwait(false);
        if (outcome.Kind == PublishOutcomeKind.Returned)
        {
            Ladders.Forget(destination, delay);
        }

        return outcome;
    }

    private TimeSpan TimeoutOf(PublishOptions? publish)
    {
        var timeout = publish?.Timeout ?? options.Timeout;
        return timeout > TimeSpan.Zero
            ? timeout
            : throw new ArgumentException($"{nameof(PublishOptions.Timeout)} must be positive; it is {timeout}.", nameof(publish));
    }

    private Message Complete(Message message, Destination destination, PublishOptions? publish)
    {
        var complete = MessageDefaults.Complete(publish is null ? message : publish.ApplyTo(message), appId, timeProvider, Activity.Current);
        PublishLimits.Check(complete, destination, options.MaxBodyBytes);
        return complete;
    }
}
