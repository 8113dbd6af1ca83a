using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>One call of a handler: a scope, a deadline, and how it ended.</summary>
/// <remarks>
/// A handler that returns after its token was cancelled counts as not done: it may have returned because of the token. So its message comes again.
/// A handler is never abandoned: the call ends when the handler does, so one message is never handled twice at once.
/// </remarks>
internal sealed class HandlerCall(ConsumerPlan plan, IServiceScopeFactory scopes, TimeProvider clock, ILogger logger)
{
    internal async Task<AttemptResult> InvokeAsync(HandlerInvoker invoker, MessageContext context, CancellationToken abort)
    {
        var started = clock.GetTimestamp();
        var result = await CallAsync(invoker, context, abort).ConfigureAwait(false);
        MessagingMetrics.Handled(plan.Queue, context.Type, clock.GetElapsedTime(started), result.End == AttemptEnd.Succeeded);
        return result;
    }

    private async Task<AttemptResult> CallAsync(HandlerInvoker invoker, MessageContext context, CancellationToken abort)
    {
        using var deadline = new CancellationTokenSource();
        using var timer = clock.CreateTimer(_ => _ = ExpireAsync(deadline, context), null, plan.Options.HandlerTimeout, Timeout.InfiniteTimeSpan);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, abort);
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                await invoker.InvokeAsync(scope.ServiceProvider, context, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            return abort.IsCancellationRequested ? AttemptResult.Stopped
                : deadline.IsCancellationRequested ? TimedOut(invoker, e)
                : AttemptResult.Failed(e);
        }

        return abort.IsCancellationRequested ? AttemptResult.Stopped
            : deadline.IsCancellationRequested ? TimedOut(invoker, null)
            : AttemptResult.Succeeded;
    }

    /// <summary>Not the timer of the source itself: what a callback on the handler's token throws would end the process. Never throws.</summary>
    private async Task ExpireAsync(CancellationTokenSource deadline, MessageContext context)
    {
        try
        {
            logger.HandlerTimedOut(context.MessageId, context.Type, plan.Queue, plan.Options.HandlerTimeout);
            await deadline.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The handler ended at the same moment.
        }
        catch (Exception e)
        {
            logger.CancelCallbackFailed(e, plan.Queue);
        }
    }

    private AttemptResult TimedOut(HandlerInvoker invoker, Exception? cause)
        => AttemptResult.Failed(new TimeoutException($"{invoker.HandlerName} was over its time of {plan.Options.HandlerTimeout} ({nameof(ConsumerOptions.HandlerTimeout)} of queue '{plan.Queue}').", cause));
}
