using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Moves copies to retry and dead-letter queues: confirmed before the original may be acknowledged, so that no
/// crash between loses the message.</summary>
internal sealed class DeliveryMover(ITransport transport, ConsumerPlan plan, FailureCopy copies, TimeSpan timeout, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ObservedPublisher _publishing = new(transport, timeProvider);
    private int _failuresInARow;

    /// <summary>Publishes the copy that the decision asks for, before the delivery is settled.</summary>
    /// <returns>The decision's action, or a requeue when its copy was not confirmed. Never throws.</returns>
    internal ValueTask<SettlementAction> MoveIfNeededAsync(Delivery delivery, SettlementDecision decision, CancellationToken closing, CancellationToken abort)
        => decision.Action is SettlementAction.Acknowledge or SettlementAction.Requeue
            ? ValueTask.FromResult(decision.Action)
            : new ValueTask<SettlementAction>(MoveAsync(delivery, decision, closing, abort));

    /// <summary>The pause before a message is requeued because of an error in this library.</summary>
    internal Task PauseAfterFailureAsync(CancellationToken closing) => PauseAsync(NextPause(), closing);

    /// <summary>Ends early when the consumer is stopping; never throws.</summary>
    internal async Task PauseAsync(TimeSpan pause, CancellationToken closing)
        => await Task.Delay(pause, timeProvider, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<SettlementAction> MoveAsync(Delivery delivery, SettlementDecision decision, CancellationToken closing, CancellationToken abort)
    {
        var (copy, destination) = decision.Action == SettlementAction.DeadLetter
            ? (copies.ForDeadLetter(delivery, decision, timeProvider.GetUtcNow()), plan.DeadLetters)
            : (copies.ForRetry(delivery, decision, timeProvider.GetUtcNow()), Destination.ToQueue(Topology.RetryQueueOf(plan.Queue, decision.Delay)));
        var outcome = await PublishAsync(decision.Action == SettlementAction.DeadLetter ? "dead-letter" : "retry", copy, destination, abort)
            .ConfigureAwait(false);
        if (outcome.IsConfirmed)
        {
            Volatile.Write(ref _failuresInARow, 0);
            MessagingMetrics.WasMoved(transport.System, plan.Queue, decision.Reason);
            return decision.Action;
        }

        var pause = NextPause();
        logger.MoveFailed(delivery.MessageId, plan.Queue, destination, outcome.Kind, outcome.Reason, pause);
        MessagingMetrics.MoveFailed(transport.System, plan.Queue);
        await PauseAsync(pause, closing).ConfigureAwait(false);
        return SettlementAction.Requeue;
    }

    private async Task<PublishOutcome> PublishAsync(string operation, Message copy, Destination destination, CancellationToken abort)
    {
        try
        {
            return await _publishing.PublishAsync(operation, copy, destination, UnroutableBehavior.Fail, timeout, abort).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Canceled because the time given to the stop has passed, or a fault of the transport: the copy may or may not have arrived, so the original stays.
            return PublishOutcome.ExpiredUnconfirmed(ErrorText.MessageOf(exception));
        }
    }

    /// <summary>1, 2, 4 … 30 s: the broker delivers the requeued message at once, and it must not spin.</summary>
    private TimeSpan NextPause()
        => new Backoff(FirstPause, LongestPause).After(Interlocked.Increment(ref _failuresInARow));
}
