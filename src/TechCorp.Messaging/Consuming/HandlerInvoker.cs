using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Calls a handler once: in a scope, with a deadline.</summary>
/// <remarks>
/// A handler that returns after its token was canceled counts as not done, because it may have returned because of the token: its message is delivered again.
/// A handler is never abandoned: the call ends when the handler does, so one message is never handled twice at once.
/// </remarks>
internal sealed class HandlerInvoker(ITransport transport, ConsumerPlan plan, IServiceScopeFactory scopes, ConsumerCounters counters, TimeProvider timeProvider,
    ILogger logger)
{
    private readonly ConcurrentQueue<HandlerDeadline> _deadlines = new(); // no more than handlers ran at once

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<AttemptOutcome> InvokeAsync(BoundHandler handler, MessageContext context, CancellationToken abort)
    {
        var started = MessagingMetrics.TimesHandlers ? timeProvider.GetTimestamp() : (long?)null;
        var deadline = _deadlines.TryDequeue(out var used) ? used : new HandlerDeadline(timeProvider, (source, call) => _ = ExpireAsync(source, call));
        var token = deadline.Begin(context, plan.Options.HandlerTimeout, abort);
        Exception? thrown = null;
        try
        {
            var scope = scopes.CreateAsyncScope();
            try
            {
                await handler.HandleAsync(scope.ServiceProvider, context, token).ConfigureAwait(false);
            }
            finally
            {
                // 'await using' would box it; preserved because services are the user's, and this state machine is used again by other messages
                await scope.DisposeAsync().Preserve().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        var (expired, reusable) = await deadline.EndAsync().ConfigureAwait(false);
        if (reusable)
        {
            _deadlines.Enqueue(deadline);
        }

        if (expired)
        {
            counters.EndedOverdue();
        }

        var outcome = abort.IsCancellationRequested ? AttemptOutcome.Stopped
            : expired && thrown is not RetryLaterException ? TimedOut(handler, thrown)
            : thrown is not null ? AttemptOutcome.Failed(thrown)
            : AttemptOutcome.Succeeded;
        if (started is { } moment)
        {
            MessagingMetrics.Handled(transport, plan.Queue, context.Type, timeProvider.GetElapsedTime(moment), outcome.ErrorType);
        }

        return outcome;
    }

    /// <summary>Not the timer of the source itself: what a callback on the handler's token throws would end the process. Never throws.</summary>
    private async Task ExpireAsync(CancellationTokenSource handlersToken, MessageContext context)
    {
        counters.BecameOverdue();
        try
        {
            logger.HandlerTimedOut(context.MessageId, context.Type, plan.Queue, plan.Options.HandlerTimeout);
            await handlersToken.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            logger.CancelCallbackFailed(exception, plan.Queue);
        }
    }

    private AttemptOutcome TimedOut(BoundHandler handler, Exception? cause)
        => AttemptOutcome.Failed(new TimeoutException($"{handler.HandlerName} exceeded its timeout of {plan.Options.HandlerTimeout} "
        + $"({nameof(ConsumerOptions.HandlerTimeout)} of queue '{plan.Queue}').", cause));
}
