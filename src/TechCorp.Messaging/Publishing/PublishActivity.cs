using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The span of one publish, from before the write to the confirm; what consumes the message is its child.</summary>
internal static class PublishActivity
{
    /// <param name="operation">publish, retry, dead-letter or redrive.</param>
    /// <param name="transport">The broker.</param>
    /// <param name="message">The message; when it carries a trace already, the span belongs to that.</param>
    /// <param name="destination">Where to.</param>
    internal static Activity? Start(string operation, ITransport transport, Message message, Destination destination)
    {
        if (!MessagingMetrics.Traces)
        {
            return null;
        }

        var name = MessagingTags.NameOf(destination);
        var activity = SafeTelemetry.Start(MessagingMetrics.Activities, $"{operation} {name}", ActivityKind.Producer, ParentOf(message));
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(MessagingTags.System, transport.System);
            activity.SetTag(MessagingTags.OperationName, operation);
            activity.SetTag(MessagingTags.OperationType, "send");
            activity.SetTag(MessagingTags.Destination, name);
            activity.SetTag(MessagingTags.RoutingKey, destination.RoutingKey);
            activity.SetTag(MessagingTags.MessageId, message.Id);
            activity.SetTag(MessagingTags.Conversation, message.CorrelationId);
            activity.SetTag(MessagingTags.ServerAddress, transport.PublishingServer?.Address);
            activity.SetTag(MessagingTags.ServerPort, transport.PublishingServer?.PortTag);
        }

        return activity;
    }

    internal static void End(Activity? activity, PublishOutcome outcome)
    {
        if (activity is not null && !outcome.IsConfirmed)
        {
            activity.SetTag(MessagingTags.Error, PublishOutcomeText.Of(outcome.Kind));
            activity.SetStatus(ActivityStatusCode.Error, ErrorText.Clean($"{outcome.Kind}: {outcome.Reason}"));
        }
    }

    internal static void End(Activity? activity, Exception exception)
    {
        if (activity is not null)
        {
            activity.SetTag(MessagingTags.Error, exception.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, ErrorText.MessageOf(exception));
        }
    }

    /// <summary>
    /// What the message carries, unless the publish happens within the same trace: then the span of now, such as that of the handler, which comes
    /// later than what the message carries.
    /// A message from an outbox carries the trace of the request that made it, which is not related to the sender's.
    /// </summary>
    private static ActivityContext ParentOf(Message message)
        => !ActivityContext.TryParse(message.Headers.GetValueOrDefault(MessageHeaders.TraceParent),
            message.Headers.GetValueOrDefault(MessageHeaders.TraceState), out var carried)
            || Activity.Current?.TraceId == carried.TraceId
                ? default // the span of now
                : carried;
}
