using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The span of one delivery, child of the publisher's.</summary>
internal static class ConsumeActivity
{
    internal static Activity? Start(ITransport transport, string queue, Delivery delivery)
    {
        if (!MessagingMetrics.Traces)
        {
            return null;
        }

        ActivityContext.TryParse(delivery.Headers.GetValueOrDefault(MessageHeaders.TraceParent), delivery.Headers.GetValueOrDefault(MessageHeaders.TraceState),
            isRemote: true, out var parent);
        var activity = SafeTelemetry.Start(MessagingMetrics.Activities, $"process {queue}", ActivityKind.Consumer, parent);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(MessagingTags.System, transport.System);
            activity.SetTag(MessagingTags.OperationName, "process");
            activity.SetTag(MessagingTags.OperationType, "process");
            activity.SetTag(MessagingTags.Destination, queue);
            activity.SetTag(MessagingTags.MessageId, delivery.MessageId);
            activity.SetTag(MessagingTags.Conversation, delivery.CorrelationId);
            activity.SetTag(MessagingTags.ServerAddress, transport.ConsumingServer?.Address);
            activity.SetTag(MessagingTags.ServerPort, transport.ConsumingServer?.PortTag);
        }

        return activity;
    }

    internal static void End(Activity? activity, SettlementDecision decision)
    {
        if (activity is not null)
        {
            activity.SetTag("techcorp.messaging.settlement", decision.Action.ToString());
            if (decision.Exception is { } exception)
            {
                activity.SetTag(MessagingTags.Error, ErrorText.TypeOf(exception));
                activity.SetStatus(ActivityStatusCode.Error, ErrorText.MessageOf(exception));
            }
        }
    }
}
