using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The span of one delivery, child of the publisher's.</summary>
internal static class ConsumeActivity
{
    internal static Activity? Start(string queue, Delivery delivery)
    {
        if (!MessagingMetrics.Activities.HasListeners())
        {
            return null;
        }

        ActivityContext.TryParse(delivery.Headers.GetValueOrDefault(MessageHeaders.TraceParent), delivery.Headers.GetValueOrDefault(MessageHeaders.TraceState), isRemote: true, out var parent);
        var activity = MessagingMetrics.Activities.StartActivity($"process {queue}", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag("messaging.destination.name", queue);
        activity?.SetTag("messaging.message.id", delivery.MessageId);
        activity?.SetTag("messaging.message.conversation_id", delivery.CorrelationId);
        return activity;
    }

    internal static void End(Activity? activity, Verdict verdict, Exception? exception)
    {
        if (activity is not null)
        {
            activity.SetTag("techcorp.messaging.verdict", verdict.Kind.ToString());
            if (exception is not null)
            {
                activity.SetStatus(ActivityStatusCode.Error, ExceptionText.MessageOf(exception));
            }
        }
    }
}
