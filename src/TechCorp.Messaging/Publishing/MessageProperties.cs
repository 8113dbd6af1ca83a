using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>Fills what the caller left open: time, service, trace context. The caller's message and headers are not touched.</summary>
internal static class MessageProperties
{
    internal static Message Complete(Message message, string appId, TimeProvider clock, Activity? activity)
        => message is { AppId: not null, Timestamp.Offset.Ticks: 0 } && activity is null ? message : Copy(message, appId, clock, activity);

    private static Message Copy(Message message, string appId, TimeProvider clock, Activity? activity) => new()
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

    private static IReadOnlyDictionary<string, string> WithTrace(IReadOnlyDictionary<string, string> headers, Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } || headers.ContainsKey(MessageHeaders.TraceParent))
        {
            return headers;
        }

        var copy = new Dictionary<string, string>(headers, StringComparer.Ordinal) { [MessageHeaders.TraceParent] = id };
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            copy[MessageHeaders.TraceState] = activity.TraceStateString;
        }

        return copy;
    }
}
