using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Runs the attempts of one queue: side by side, and in isolation those of a message that was delivered too often to be trusted.</summary>
/// <remarks>
/// An isolated attempt has no other handler of the queue beside it, and a durable record of it is written first. If the process ends in the attempt, that
/// message alone was started, and the record says so to the next one that gets it: it is dead-lettered. So a message that ends its process is started at most
/// limit + 2 times (once before any redelivery, once for each redelivery up to the limit, once in isolation), and messages that were only held beside it are
/// never given up unhandled. Where no record can be written, the message is handled alone all the same: to start a harmful message once more is better than to
/// give up one that did nothing.
/// </remarks>
internal sealed class AttemptRunner(ConsumerPlan plan, HandlerInvoker invoker, IsolatedRecords records, TimeProvider timeProvider, ILogger logger)
{
    private readonly AttemptGate _gate = new();
    private bool _saidImpossible;

    /// <summary>One attempt.</summary>
    /// <returns>How it ended; null when it did not begin: the message is to be requeued.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<AttemptOutcome?> RunAsync(Delivery delivery, BoundHandler handler, MessageContext context, CancellationToken closing,
        CancellationToken abort)
    {
        if (delivery.Redelivered && plan.IsOverLimit(delivery))
        {
            return await RunAloneAsync(delivery, handler, context, closing, abort).ConfigureAwait(false);
        }

        if (!_gate.TryEnter() && !await _gate.EnterAsync(closing).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            return await invoker.InvokeAsync(handler, context, abort).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>A message whose process ended in its isolated attempt is among the dead letters: its record is not needed any more. Never throws.</summary>
    internal Task GaveUpAsync(Delivery delivery) => records.RemoveAsync(delivery);

    private async Task<AttemptOutcome?> RunAloneAsync(Delivery delivery, BoundHandler handler, MessageContext context, CancellationToken closing,
        CancellationToken abort)
    {
        if (!await EnterAloneAsync(closing).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            var record = await records.WriteAsync(delivery, closing).ConfigureAwait(false);
            if (record.Kind == IsolatedRecord.Outcome.Found)
            {
                return GivenUp(delivery);
            }

            LogAttempt(delivery, context, record);
            var outcome = closing.IsCancellationRequested ? (AttemptOutcome?)null : await invoker.InvokeAsync(handler, context, abort).ConfigureAwait(false);
            if (record.Kind != IsolatedRecord.Outcome.Impossible)
            {
                await records.RemoveAsync(delivery).ConfigureAwait(false);
            }

            return outcome;
        }
        finally
        {
            _gate.ExitAlone();
        }
    }

    private void LogAttempt(Delivery delivery, MessageContext context, IsolatedRecord record)
    {
        if (record.Kind == IsolatedRecord.Outcome.Written)
        {
            logger.AttemptIsolated(delivery.MessageId, context.Type, plan.Queue, RedeliveriesOf(delivery));
        }
        else if (record.Kind == IsolatedRecord.Outcome.Failed || !_saidImpossible)
        {
            _saidImpossible |= record.Kind == IsolatedRecord.Outcome.Impossible; // it stays so; a race logs it twice
            logger.AttemptWithoutRecord(delivery.MessageId, context.Type, plan.Queue, RedeliveriesOf(delivery), record.Reason);
        }
    }

    /// <summary>Handlers that do not end must not hold up the queue for one message: after the time that a handler may take, the others go on.</summary>
    private async Task<bool> EnterAloneAsync(CancellationToken closing)
    {
        using var budget = new CancellationTokenSource(plan.Options.HandlerTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, closing);
        return await _gate.EnterAloneAsync(either.Token).ConfigureAwait(false);
    }

    private string RedeliveriesOf(Delivery delivery) => plan.RedeliveriesOf(delivery)?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    private AttemptOutcome GivenUp(Delivery delivery)
    {
        var text = $"The broker redelivered the message ({RedeliveriesOf(delivery)} times; {nameof(ConsumerOptions.RedeliveryLimit)} is "
            + $"{plan.Options.RedeliveryLimit}), and the process ended while the message was handled alone.";
        return AttemptOutcome.Unhandleable(DeadLetterReason.RedeliveryLimit, new PermanentFailureException(text));
    }
}
