using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>Fills what the caller left open: time, service, trace context. The caller's message and headers are not touched.</summary>
internal static class MessageProperties
{
    internal static Message Complete(Message message, string appId, TimeProvider clock, Activity? activity) => new()
    {
        Body = message.Body,
        Type = message.Type,
        Id = message.Id,
        ContentType = message.ContentType,
        CorrelationId = message.CorrelationId,
        Timestamp = message.Timestamp?.ToUniversalTime() ?? clock.GetUtcNow(),
        AppId = message.AppId ?? appId,
        Headers = WithTrace(message.Headers, activity),
    };

    private static Dictionary<string, string> WithTrace(IReadOnlyDictionary<string, string> headers, Activity? activity)
    {
        // Copied even when nothing is added: the caller may change a dictionary while the message waits to be sent again.
        var copy = new Dictionary<string, string>(headers, StringComparer.Ordinal);
        if (activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id } && copy.TryAdd(MessageHeaders.TraceParent, id) && !string.IsNullOrEmpty(activity.TraceStateString))
        {
            copy.TryAdd(MessageHeaders.TraceState, activity.TraceStateString);
        }

        return copy;
    }
}
