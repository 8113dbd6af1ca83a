using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>One call of a handler: a scope, a deadline, and how it ended.</summary>
/// <remarks>
/// A handler that returns after its token was canceled counts as not done: it may have returned because of the token. So its message comes again.
/// A handler is never abandoned: the call ends when the handler does, so one message is never handled twice at once.
/// </remarks>
internal sealed class HandlerCall(string system, ConsumerPlan plan, IServiceScopeFactory scopes, ConsumerCounters counters, TimeProvider timeProvider, ILogger logger)
{
    private readonly ConcurrentQueue<HandlerWatch> _watches = new(); // no more than handlers ran at once

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<AttemptResult> InvokeAsync(HandlerInvoker invoker, MessageContext context, CancellationToken abort)
    {
        var started = MessagingMetrics.TimesHandlers ? timeProvider.GetTimestamp() : (long?)null;
        var watch = _watches.TryDequeue(out var used) ? used : new HandlerWatch(timeProvider, (source, call) => _ = ExpireAsync(source, call));
        var token = watch.Begin(context, plan.Options.HandlerTimeout, abort);
        Exception? thrown = null;
        try
        {
            var scope = scopes.CreateAsyncScope();
            try
            {
                await invoker.InvokeAsync(scope.ServiceProvider, context, token).ConfigureAwait(false);
            }
            finally
            {
                await scope.DisposeAsync().ConfigureAwait(false); // 'await using' would box it
            }
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        var (expired, reusable) = await watch.EndAsync().ConfigureAwait(false);
        if (reusable)
        {
            _watches.Enqueue(watch);
        }

        if (expired)
        {
            counters.EndedOverdue();
        }

        var result = abort.IsCancellationRequested ? AttemptResult.Stopped
            : expired ? TimedOut(invoker, thrown)
            : thrown is not null ? AttemptResult.Failed(thrown)
            : AttemptResult.Succeeded;
        if (started is { } moment)
        {
            MessagingMetrics.Handled(system, plan.Queue, context.Type, timeProvider.GetElapsedTime(moment), result.End == AttemptEnd.Succeeded);
        }

        return result;
    }

    /// <summary>Not the timer of the source itself: what a callback on the handler's token throws would end the process. Never throws.</summary>
    private async Task ExpireAsync(CancellationTokenSource deadline, MessageContext context)
    {
        counters.BecameOverdue();
        try
        {
            logger.HandlerTimedOut(context.MessageId, context.Type, plan.Queue, plan.Options.HandlerTimeout);
            await deadline.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            logger.CancelCallbackFailed(exception, plan.Queue);
        }
    }

    private AttemptResult TimedOut(HandlerInvoker invoker, Exception? cause)
        => AttemptResult.Failed(new TimeoutException($"{invoker.HandlerName} was over its time of {plan.Options.HandlerTimeout} ({nameof(ConsumerOptions.HandlerTimeout)} of queue '{plan.Queue}').", cause));
}
