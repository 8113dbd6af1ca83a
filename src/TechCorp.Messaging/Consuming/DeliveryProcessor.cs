using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Takes one delivery from its handler to its settlement: attempts, decision, copy, settlement.</summary>
internal sealed class DeliveryProcessor(string system, ConsumerPlan plan, HandlerInvoker invoker, DeliveryMover mover, ConsumerCounters counters,
    TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(1);
    private readonly DeliveryResolver _resolver = new(plan);

    /// <summary>A timestamp of the clock that deliveries are kept by.</summary>
    internal long Now => timeProvider.GetTimestamp();

    internal string? OrderingKeyOf(Delivery delivery) => _resolver.OrderingKeyOf(delivery);

    /// <param name="queued">The delivery.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="closing">Ends the pauses; the consumer is stopping.</param>
    /// <param name="abort">Cancels the handler; the time given to the stop has passed.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask ProcessAsync(QueuedDelivery queued, IDeliverySource source, CancellationToken closing, CancellationToken abort)
    {
        var delivery = queued.Delivery;
        if (IsStale(source, delivery, closing))
        {
            counters.CountStale();
            return;
        }

        var started = timeProvider.GetTimestamp();
        var activity = ConsumeActivity.Start(system, plan.Queue, delivery);
        using var span = new ActivityScope(activity);
        var decision = await DecideAsync(queued, source, closing, abort).ConfigureAwait(false);
        ConsumeActivity.End(activity, decision);
        if (decision.Action is not SettlementAction.Acknowledge && IsStale(source, delivery, closing))
        {
            // The broker has requeued it; a copy beside it would be a duplicate.
            counters.CountStale();
            return;
        }

        LogDecision(delivery, decision);
        var action = await mover.MoveIfNeededAsync(delivery, decision, closing, abort).ConfigureAwait(false);
        // the next is likely to be as quick, and then one frame settles both
        Settle(source, delivery, action, soon: timeProvider.GetElapsedTime(started) < Quick);
    }

    /// <summary>Requeues a delivery that no handler has begun.</summary>
    internal void Requeue(IDeliverySource source, Delivery delivery) => Settle(source, delivery, SettlementAction.Requeue);

    /// <summary>Requeues a delivery that an error in this library left unsettled, after a pause, so that it does not spin. Never throws.</summary>
    internal async Task RequeueAfterErrorAsync(IDeliverySource source, Delivery delivery, CancellationToken closing)
    {
        await mover.PauseAfterFailureAsync(closing).ConfigureAwait(false);
        Settle(source, delivery, SettlementAction.Requeue);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SettlementDecision> DecideAsync(QueuedDelivery queued, IDeliverySource source, CancellationToken closing, CancellationToken abort)
    {
        var delivery = queued.Delivery;
        var before = delivery.AttemptsBefore();
        if (delivery.DeliveryCount > plan.Options.RedeliveryLimit)
        {
            var text = $"The broker redelivered the message {delivery.DeliveryCount} times; {nameof(ConsumerOptions.RedeliveryLimit)} is "
                + $"{plan.Options.RedeliveryLimit}.";
            return Decide(AttemptOutcome.Unhandleable(DeadLetterReason.RedeliveryLimit, new PermanentFailureException(text)), 0);
        }

        var (handler, otherwise) = _resolver.FindHandler(delivery);
        if (handler is null)
        {
            return Decide(otherwise, 0);
        }

        for (var attempt = 1; ; attempt++)
        {
            var outcome = queued.KeyFault is null
                ? await invoker.InvokeAsync(handler, _resolver.ContextOf(delivery, handler.WireName, before + attempt), abort).ConfigureAwait(false)
                : AttemptOutcome.Failed(queued.KeyFault);
            var decision = Decide(outcome, attempt);
            var again = decision.Action == SettlementAction.RetryNow;
            if (decision.Action == SettlementAction.RetryAfterHold)
            {
                again = await HoldAsync(queued, decision, closing).ConfigureAwait(false);
                attempt = 0; // none of them counts
            }
            else if (!again)
            {
                return decision;
            }

            if (!again || IsStale(source, delivery, closing))
            {
                return new SettlementDecision(SettlementAction.Requeue, before);
            }
        }

        SettlementDecision Decide(AttemptOutcome outcome, int attemptsHere)
            => SettlementDecision.After(outcome, before, attemptsHere, plan.Options.Policy);
    }

    /// <summary>Waits where there is no retry queue: to requeue the message at once would count against the delivery limit of a quorum queue.</summary>
    /// <returns>Whether the handler is to be called again; otherwise the message must be requeued.</returns>
    private async Task<bool> HoldAsync(QueuedDelivery queued, SettlementDecision decision, CancellationToken closing)
    {
        if (timeProvider.GetElapsedTime(queued.Arrived) + decision.Delay > SettlementDecision.LongestKept)
        {
            return false;
        }

        LogDecision(queued.Delivery, decision);
        await mover.PauseAsync(decision.Delay, closing).ConfigureAwait(false);
        return !closing.IsCancellationRequested;
    }

    /// <summary>Whether the broker has requeued it because its channel is gone, replaced or not. The channel of a
    /// consumer that is stopping is still good.</summary>
    private static bool IsStale(IDeliverySource source, Delivery delivery, CancellationToken closing)
        => source.Generation != delivery.Generation || (!source.IsConsuming && !closing.IsCancellationRequested);

    private void Settle(IDeliverySource source, Delivery delivery, SettlementAction action, bool soon = false)
    {
        var settlement = action is SettlementAction.Requeue ? Settlement.Requeue : Settlement.Acknowledge;
        if (soon ? source.TrySettleSoon(delivery, settlement) : source.TrySettle(delivery, settlement))
        {
            counters.CountSettled(action);
        }
        else
        {
            counters.CountStale();
        }
    }

    /// <summary>Logs texts, not exceptions: what a handler throws may hold secrets, and they are scrubbed here.</summary>
    private void LogDecision(Delivery delivery, SettlementDecision decision)
    {
        var exception = decision.Exception;
        if (decision.Action == SettlementAction.DeadLetter)
        {
            logger.DeadLettering(delivery.MessageId, delivery.Type, plan.Queue, decision.Attempts, decision.Reason,
                exception is null ? null : ErrorText.StackOf(exception));
        }
        else if (decision.IsPostponed)
        {
            logger.Postponed(delivery.MessageId, delivery.Type, plan.Queue, decision.Delay, exception is null ? null : ErrorText.MessageOf(exception));
        }
        else if (decision.Action == SettlementAction.RetryByQueue)
        {
            logger.Retrying(delivery.MessageId, delivery.Type, plan.Queue, decision.Attempts, decision.Delay,
                exception is null ? null : $"{ErrorText.TypeOf(exception)}: {ErrorText.MessageOf(exception)}");
        }
    }
}
