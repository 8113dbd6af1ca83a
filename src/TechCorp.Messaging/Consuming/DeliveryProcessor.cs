using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Takes one delivery from its arrival to its settlement: handler, verdict, and what the verdict asks for.</summary>
internal sealed class DeliveryProcessor(string system, ConsumerPlan plan, HandlerCall call, DeliveryMover mover, ConsumerCounters counters, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(1);
    private readonly DeliveryReader _reader = new(plan);

    /// <summary>A timestamp of the clock that deliveries are kept by.</summary>
    internal long Now => timeProvider.GetTimestamp();

    internal string? OrderingKeyOf(Delivery delivery) => _reader.OrderingKeyOf(delivery);

    /// <param name="queued">The delivery.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="closing">Cut short the pauses; the consumer is stopping.</param>
    /// <param name="abort">Cancel the handler; the stop budget is over.</param>
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
        var (verdict, exception) = await DecideAsync(queued, source, closing, abort).ConfigureAwait(false);
        ConsumeActivity.End(activity, verdict, exception);
        if (verdict.Kind is not VerdictKind.Acknowledge && IsStale(source, delivery, closing))
        {
            // The broker has it back; a copy beside it would be a duplicate of our own making.
            counters.CountStale();
            return;
        }

        LogVerdict(delivery, verdict, exception);
        var done = await mover.CarryOutAsync(delivery, verdict, exception, closing, abort).ConfigureAwait(false);
        Settle(source, delivery, done, soon: timeProvider.GetElapsedTime(started) < Quick); // the next is likely to be as quick, and then one frame settles both
    }

    /// <summary>Gives an unstarted delivery back.</summary>
    internal void Requeue(IDeliverySource source, Delivery delivery) => Settle(source, delivery, VerdictKind.Requeue);

    /// <summary>Gives back what an error of our own left unsettled, after a pause, or it would come right back and spin. Never throws.</summary>
    internal async Task GiveBackAsync(IDeliverySource source, Delivery delivery, CancellationToken closing)
    {
        await mover.PauseAfterFailureAsync(closing).ConfigureAwait(false);
        Settle(source, delivery, VerdictKind.Requeue);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(Verdict Verdict, Exception? Exception)> DecideAsync(QueuedDelivery queued, IDeliverySource source, CancellationToken closing, CancellationToken abort)
    {
        var delivery = queued.Delivery;
        var before = delivery.AttemptsBefore();
        if (delivery.DeliveryCount > plan.Options.RedeliveryLimit)
        {
            var text = $"The broker gave the message again {delivery.DeliveryCount} times; {nameof(ConsumerOptions.RedeliveryLimit)} is {plan.Options.RedeliveryLimit}.";
            return Decide(AttemptResult.Unhandleable(DeadLetterReason.RedeliveryLimit, text), 0);
        }

        var (invoker, otherwise) = _reader.FindHandler(delivery);
        if (invoker is null)
        {
            return Decide(otherwise, 0);
        }

        for (var attempt = 1; ; attempt++)
        {
            var result = queued.KeyFault is null
                ? await call.InvokeAsync(invoker, _reader.ContextOf(delivery, invoker.WireName, before + attempt), abort).ConfigureAwait(false)
                : AttemptResult.Failed(queued.KeyFault);
            var decided = Decide(result, attempt);
            var again = decided.Verdict.Kind == VerdictKind.TryAgain;
            if (decided.Verdict.Kind == VerdictKind.HoldAndTryAgain)
            {
                again = await HoldAsync(queued, decided.Verdict, decided.Exception, closing).ConfigureAwait(false);
                attempt = 0; // none of them counts
            }
            else if (!again)
            {
                return decided;
            }

            if (!again || IsStale(source, delivery, closing))
            {
                return (new Verdict(VerdictKind.Requeue, before), null);
            }
        }

        (Verdict Verdict, Exception? Exception) Decide(AttemptResult result, int attemptsHere)
            => (SettlementDecision.Decide(result, before, attemptsHere, plan.Options.Policy), result.Exception);
    }

    /// <summary>Waits where there is no retry queue to wait in: giving it back at once would count against the delivery limit of a quorum queue.</summary>
    /// <returns>Whether the handler is to be asked again; otherwise it must be given back.</returns>
    private async Task<bool> HoldAsync(QueuedDelivery queued, Verdict verdict, Exception? exception, CancellationToken closing)
    {
        if (timeProvider.GetElapsedTime(queued.Arrived) + verdict.Delay > SettlementDecision.LongestKept)
        {
            return false;
        }

        LogVerdict(queued.Delivery, verdict, exception);
        await mover.PauseAsync(verdict.Delay, closing).ConfigureAwait(false);
        return !closing.IsCancellationRequested;
    }

    /// <summary>Whether the broker has it back: its channel is gone, though perhaps nothing has replaced it yet. A consumer that is stopping is canceled, and its channel still good.</summary>
    private static bool IsStale(IDeliverySource source, Delivery delivery, CancellationToken closing)
        => source.Generation != delivery.Generation || (!source.IsConsuming && !closing.IsCancellationRequested);

    private void Settle(IDeliverySource source, Delivery delivery, VerdictKind done, bool soon = false)
    {
        var settlement = done is VerdictKind.Requeue ? Settlement.Requeue : Settlement.Acknowledge;
        if (soon ? source.TrySettleSoon(delivery, settlement) : source.TrySettle(delivery, settlement))
        {
            counters.CountSettled(done);
        }
        else
        {
            counters.CountStale();
        }
    }

    /// <summary>Texts, not exceptions: what a handler throws may hold secrets, and those are scrubbed here.</summary>
    private void LogVerdict(Delivery delivery, Verdict verdict, Exception? exception)
    {
        if (verdict.Kind == VerdictKind.DeadLetter)
        {
            logger.DeadLettering(delivery.MessageId, delivery.Type, plan.Queue, verdict.Attempts, verdict.Reason, exception is null ? null : ErrorText.StackOf(exception));
        }
        else if (verdict.IsPostponed)
        {
            logger.Postponed(delivery.MessageId, delivery.Type, plan.Queue, verdict.Delay, exception is null ? null : ErrorText.MessageOf(exception));
        }
        else if (verdict.Kind == VerdictKind.RetryAfter)
        {
            logger.Retrying(delivery.MessageId, delivery.Type, plan.Queue, verdict.Attempts, verdict.Delay, exception is null ? null : $"{ErrorText.TypeOf(exception)}: {ErrorText.MessageOf(exception)}");
        }
    }
}
