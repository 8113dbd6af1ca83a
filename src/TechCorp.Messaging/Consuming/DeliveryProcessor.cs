using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Takes one delivery from its handler to its settlement: attempts, decision, copy, settlement.</summary>
internal sealed class DeliveryProcessor(ITransport transport, ConsumerPlan plan, AttemptRunner attempts, DeliveryMover mover, ConsumerCounters counters,
    TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(1);
    private readonly DeliveryResolver _resolver = new(plan);
    private readonly RunningDeliveries _running = new(timeProvider);
    private readonly UnknownTypes _unknownTypes = new(logger);

    /// <summary>What the consumers of one bus share, and no other bus has.</summary>
    internal object Bus => transport;

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

        if (SetAside.Of(delivery, timeProvider) is { } waitsFor)
        {
            await mover.WaitForRoundAsync(delivery, waitsFor, closing).ConfigureAwait(false);
            if (IsStale(source, delivery, closing))
            {
                counters.CountStale();
                return;
            }

            Settle(source, delivery, await mover.MoveAgainAsync(delivery, waitsFor, closing, abort).ConfigureAwait(false));
            return;
        }

        var (done, settled) = (false, false);
        _running.Begin(queued, source);
        try
        {
            if (delivery.Redelivered && await WasHandledAsync(queued, source, closing).ConfigureAwait(false) is var handled and not false)
            {
                if (handled is null && IsStale(source, delivery, closing))
                {
                    counters.CountStale();
                    return;
                }

                done = handled is true;
                settled = Settle(source, delivery, done ? SettlementAction.Acknowledge : SettlementAction.Requeue);
                return;
            }

            var started = timeProvider.GetTimestamp();
            var activity = ConsumeActivity.Start(transport, plan.Queue, delivery);
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
            done = action != SettlementAction.Requeue;
            // the next is likely to be as quick, and then one frame settles both
            settled = Settle(source, delivery, action, soon: timeProvider.GetElapsedTime(started) < Quick);
            if (done && decision.Reason == DeadLetterReason.RedeliveryLimit)
            {
                await attempts.GaveUpAsync(delivery).ConfigureAwait(false);
            }
        }
        finally
        {
            _running.End(queued, done, settled);
        }
    }

    /// <summary>Requeues deliveries that no handler has begun, with as few frames as the transport can.</summary>
    internal void Requeue(IDeliverySource source, IEnumerable<QueuedDelivery> unstarted)
    {
        foreach (var queued in unstarted)
        {
            Settle(source, queued.Delivery, SettlementAction.Requeue, soon: true);
        }

        source.Flush();
    }

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
        var before = delivery.AttemptsBefore(plan.Queue);
        var (handler, otherwise) = _resolver.FindHandler(delivery);
        if (handler is null)
        {
            return IsIgnored(delivery, otherwise) ? new SettlementDecision(SettlementAction.Ignore, before) : Decide(otherwise, 0);
        }

        for (var attempt = 1; ; attempt++)
        {
            var outcome = queued.KeyFault is null
                ? await attempts.RunAsync(delivery, handler, _resolver.ContextOf(delivery, handler.WireName, before + attempt), closing, abort)
                    .ConfigureAwait(false)
                : AttemptOutcome.Failed(queued.KeyFault);
            if (outcome is not { } ended)
            {
                return new SettlementDecision(SettlementAction.Requeue, before);
            }

            var decision = Decide(ended, attempt);
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
        {
            var decision = SettlementDecision.After(outcome, before, attemptsHere, plan.Options.Policy);
            return decision.Action == SettlementAction.DeadLetter && plan.DeadLetters is null
                ? decision with { Action = SettlementAction.Discard }
                : decision;
        }
    }

    /// <summary>One that a handler of this queue had before is not: another instance of the service knows its type.</summary>
    private bool IsIgnored(Delivery delivery, AttemptOutcome otherwise)
    {
        if (!plan.IgnoresUnknownTypes || otherwise.UnhandleableReason != DeadLetterReason.UnknownType || delivery.RedriveCount() > 0
            || delivery.Headers.GetValueOrDefault(MessageHeaders.OriginalQueue) == plan.Queue)
        {
            return false;
        }

        _unknownTypes.Ignored(plan.Queue, delivery, otherwise);
        return true;
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

    /// <summary>Whether another delivery of the message was handled here: its channel was lost while its handler ran. Waits for a handler that still
    /// runs.</summary>
    /// <returns>Null when this delivery is not to be handled either: the consumer is stopping, or this channel was lost meanwhile too.</returns>
    private async ValueTask<bool?> WasHandledAsync(QueuedDelivery again, IDeliverySource source, CancellationToken closing)
    {
        if (_running.ClaimEarlier(again) is not { Ended: { } ended } earlier)
        {
            return _running.WasHandled(again.Delivery) && LogAlreadyHandled(again.Delivery);
        }

        try
        {
            var handled = await ended.Task.WaitAsync(closing).ConfigureAwait(false) && MessageIdentity.IsKnown(again.Delivery)
                && LogAlreadyHandled(again.Delivery);
            return handled || !IsStale(source, again.Delivery, closing) ? handled : null;
        }
        catch (OperationCanceledException)
        {
            _running.Unclaim(earlier);
            return null;
        }
    }

    private bool LogAlreadyHandled(Delivery delivery)
    {
        logger.AlreadyHandled(delivery.MessageId, delivery.Type, plan.Queue);
        return true;
    }

    private bool Settle(IDeliverySource source, Delivery delivery, SettlementAction action, bool soon = false)
    {
        var settlement = action is SettlementAction.Requeue ? Settlement.Requeue : Settlement.Acknowledge;
        var settled = soon ? source.TrySettleSoon(delivery, settlement) : source.TrySettle(delivery, settlement);
        if (settled)
        {
            counters.CountSettled(action);
        }
        else
        {
            counters.CountStale();
        }

        return settled;
    }

    /// <summary>Logs texts, not exceptions: what a handler throws may hold secrets, and they are scrubbed here.</summary>
    private void LogDecision(Delivery delivery, SettlementDecision decision)
    {
        var exception = decision.Exception;
        if (decision.Action == SettlementAction.DeadLetter)
        {
            logger.DeadLettering(delivery.MessageId, delivery.Type, plan.Queue, decision.Attempts,
                plan.RedeliveriesOf(delivery)?.ToString(CultureInfo.InvariantCulture) ?? "unknown", decision.Reason,
                exception is null ? null : ErrorText.StackOf(exception));
        }
        else if (decision.Action == SettlementAction.Discard)
        {
            logger.Discarding(delivery.MessageId, delivery.Type, plan.Queue, decision.Attempts, decision.Reason,
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
