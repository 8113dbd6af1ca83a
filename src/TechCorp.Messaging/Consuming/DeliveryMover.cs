using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Moves copies to retry and dead-letter queues: confirmed before the original may be acknowledged, so that no crash between loses the message.</summary>
internal sealed class DeliveryMover(ITransport transport, ConsumerPlan plan, FailureCopy copies, TimeSpan timeout, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ObservedPublisher _publishing = new(transport, timeProvider);
    private int _failuresInARow;

    /// <summary>Does what the verdict asks for, up to the settlement.</summary>
    /// <returns>What the settlement is to be: the verdict's, or a requeue when its copy was not confirmed. Never throws.</returns>
    internal ValueTask<VerdictKind> CarryOutAsync(Delivery delivery, Verdict verdict, Exception? exception, CancellationToken closing, CancellationToken abort)
        => verdict.Kind is VerdictKind.Acknowledge or VerdictKind.Requeue
            ? ValueTask.FromResult(verdict.Kind)
            : new ValueTask<VerdictKind>(MoveAsync(delivery, verdict, exception, closing, abort));

    /// <summary>The pause before a message goes back that the engine itself failed with.</summary>
    internal Task PauseAfterFailureAsync(CancellationToken closing) => PauseAsync(NextPause(), closing);

    /// <summary>Ends early when the consumer is stopping; never throws.</summary>
    internal async Task PauseAsync(TimeSpan pause, CancellationToken closing)
        => await Task.Delay(pause, timeProvider, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<VerdictKind> MoveAsync(Delivery delivery, Verdict verdict, Exception? exception, CancellationToken closing, CancellationToken abort)
    {
        var (copy, destination) = verdict.Kind == VerdictKind.DeadLetter
            ? (copies.ForDeadLetter(delivery, verdict, exception, timeProvider.GetUtcNow()), plan.DeadLetters)
            : (copies.ForRetry(delivery, verdict, exception, timeProvider.GetUtcNow()), Destination.ToQueue(Topology.RetryQueueOf(plan.Queue, verdict.Delay)));
        var outcome = await PublishAsync(verdict.Kind == VerdictKind.DeadLetter ? "dead-letter" : "retry", copy, destination, abort).ConfigureAwait(false);
        if (outcome.IsConfirmed)
        {
            Volatile.Write(ref _failuresInARow, 0);
            MessagingMetrics.WasMoved(transport.System, plan.Queue, verdict.Reason);
            return verdict.Kind;
        }

        var pause = NextPause();
        logger.MoveFailed(delivery.MessageId, plan.Queue, destination, outcome.Kind, outcome.Reason, pause);
        MessagingMetrics.MoveFailed(transport.System, plan.Queue);
        await PauseAsync(pause, closing).ConfigureAwait(false);
        return VerdictKind.Requeue;
    }

    private async Task<PublishOutcome> PublishAsync(string operation, Message copy, Destination destination, CancellationToken abort)
    {
        try
        {
            return await _publishing.PublishAsync(operation, copy, destination, UnroutableBehavior.Fail, timeout, abort).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Canceled by the stop budget, or a fault of the transport: whether the copy arrived is not known, so the original stays.
            return PublishOutcome.ExpiredUnconfirmed(ErrorText.MessageOf(exception));
        }
    }

    /// <summary>1, 2, 4 … 30 s: the same message comes right back, and must not spin.</summary>
    private TimeSpan NextPause()
        => new Backoff(FirstPause, LongestPause).After(Interlocked.Increment(ref _failuresInARow));
}
