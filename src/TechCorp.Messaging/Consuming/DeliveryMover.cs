using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Moves copies to retry and dead-letter queues: confirmed before the original may be acknowledged, so that no
/// crash between loses the message.</summary>
/// <remarks>A copy that finds no room waits, with its mark, at the end of its queue: a missing or full target holds up no other message.</remarks>
internal sealed class DeliveryMover(ITransport transport, ConsumerPlan plan, FailureCopy copies, CopyTargets targets, TimeSpan timeout,
    TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ObservedPublisher _publishing = new(transport, timeProvider);
    private readonly SetAsidePace _pace = new(timeProvider);
    private int _failuresInARow;

    internal CopyTargets Targets => targets;

    /// <summary>Publishes the copy that the decision asks for, before the delivery is settled.</summary>
    /// <returns>The decision's action, or a requeue when its copy was not confirmed. Never throws.</returns>
    internal ValueTask<SettlementAction> MoveIfNeededAsync(Delivery delivery, SettlementDecision decision, CancellationToken closing, CancellationToken abort)
        => decision.Action is not (SettlementAction.DeadLetter or SettlementAction.RetryByQueue)
            ? ValueTask.FromResult(decision.Action)
            : new ValueTask<SettlementAction>(MoveAsync(delivery, decision, closing, abort));

    /// <summary>The pause before a message that was set aside is moved again; ends early when the consumer is stopping.</summary>
    internal Task WaitForRoundAsync(Delivery delivery, SettlementAction waitsFor, CancellationToken closing)
        => _pace.WaitOf(delivery, waitsFor) is var wait && wait > TimeSpan.Zero ? PauseAsync(wait, closing) : Task.CompletedTask;

    /// <summary>Moves a message that was set aside: to its dead-letter queue, or to the end of its queue again where that fails or is not tried.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="waitsFor">To be dead-lettered, or the moment of its next attempt, which has not come.</param>
    /// <param name="closing">Ends the pauses.</param>
    /// <param name="abort">The time given to the stop has passed.</param>
    internal async Task<SettlementAction> MoveAgainAsync(Delivery delivery, SettlementAction waitsFor, CancellationToken closing, CancellationToken abort)
    {
        if (waitsFor == SettlementAction.DeadLetter && plan.DeadLetters is { Destination: var destination } && targets.MayTry(destination))
        {
            var copy = FailureCopy.Again(delivery);
            var outcome = await PublishAsync("dead-letter", copy, destination, abort).ConfigureAwait(false);
            if (outcome.IsConfirmed)
            {
                Moved(destination, delivery.Headers.GetValueOrDefault(MessageHeaders.Reason, ""));
                return SettlementAction.DeadLetter;
            }

            targets.Refused(destination, outcome);
        }

        return await SetAsideAsync(SetAside.MarkAgain(delivery, timeProvider.GetUtcNow()), abort).ConfigureAwait(false)
            ? SettlementAction.SetAside
            : await PauseAndRequeueAsync(closing).ConfigureAwait(false);
    }

    /// <summary>The pause before a message is requeued because of an error in this library.</summary>
    internal Task PauseAfterFailureAsync(CancellationToken closing) => PauseAsync(NextPause(), closing);

    /// <summary>Ends early when the consumer is stopping; never throws.</summary>
    internal async Task PauseAsync(TimeSpan pause, CancellationToken closing)
        => await Task.Delay(pause, timeProvider, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<SettlementAction> MoveAsync(Delivery delivery, SettlementDecision decision, CancellationToken closing, CancellationToken abort)
    {
        var (copy, destination) = decision.Action == SettlementAction.DeadLetter
            ? (copies.ForDeadLetter(delivery, decision, timeProvider.GetUtcNow()), plan.DeadLetters!.Destination)
            : (copies.ForRetry(delivery, decision, timeProvider.GetUtcNow()), Destination.ToQueue(Topology.RetryQueueOf(plan.Queue, decision.Delay)));
        var operation = decision.Action == SettlementAction.DeadLetter ? "dead-letter" : "retry";
        var outcome = await PublishAsync(operation, copy, destination, abort).ConfigureAwait(false);
        if (outcome.Kind == PublishOutcomeKind.Returned && await targets.RestoreAsync(abort).ConfigureAwait(false))
        {
            MessagingMetrics.MoveFailed(transport.System, plan.Queue);
            outcome = await PublishAsync(operation, copy, destination, abort).ConfigureAwait(false);
        }

        if (outcome.IsConfirmed)
        {
            Moved(destination, decision.Reason);
            return decision.Action;
        }

        MessagingMetrics.MoveFailed(transport.System, plan.Queue);
        if (outcome.Kind is PublishOutcomeKind.Returned or PublishOutcomeKind.Rejected)
        {
            targets.Refused(destination, outcome);
            if (await SetAsideAsync(SetAside.Mark(copy, decision, timeProvider.GetUtcNow()), abort).ConfigureAwait(false))
            {
                return SettlementAction.SetAside;
            }
        }

        logger.MoveFailed(delivery.MessageId, plan.Queue, destination, outcome.Kind, outcome.Reason, CurrentPause());
        return await PauseAndRequeueAsync(closing).ConfigureAwait(false);
    }

    private void Moved(Destination destination, string? reason)
    {
        Volatile.Write(ref _failuresInARow, 0);
        targets.Took(destination);
        MessagingMetrics.WasMoved(transport.System, plan.Queue, reason);
    }

    private async Task<bool> SetAsideAsync(Message marked, CancellationToken abort)
        => (await PublishAsync("set-aside", marked, Destination.ToQueue(plan.Queue), abort).ConfigureAwait(false)).IsConfirmed;

    private async Task<SettlementAction> PauseAndRequeueAsync(CancellationToken closing)
    {
        await PauseAsync(NextPause(), closing).ConfigureAwait(false);
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

    private TimeSpan CurrentPause() => new Backoff(FirstPause, LongestPause).After(Volatile.Read(ref _failuresInARow) + 1);
}
