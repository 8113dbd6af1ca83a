using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>Fills what the caller left open: time, service, trace context. The caller's message and headers are not touched.</summary>
internal static class MessageDefaults
{
    internal static Message Complete(Message message, string appId, TimeProvider timeProvider, Activity? activity)
        => message is { AppId: not null, Timestamp.Offset.Ticks: 0 } && activity is null ? message : Copy(message, appId, timeProvider, activity);

    private static Message Copy(Message message, string appId, TimeProvider timeProvider, Activity? activity) => new()
    {
        Body = message.Body,
        Type = message.Type,
        Id = message.Id,
        ContentType = message.ContentType,
        CorrelationId = message.CorrelationId,
        Timestamp = message.Timestamp?.ToUniversalTime() ?? timeProvider.GetUtcNow(),
        AppId = message.AppId ?? appId,
        Foreign = message.Foreign,
        Headers = WithTrace(message.Headers, activity),
    };

    /// <summary>The message with the span as its trace context, whatever it carried before.</summary>
    internal static Message Carrying(Activity? span, Message message)
        => span is { IdFormat: ActivityIdFormat.W3C } ? message.With(Traced(message.Headers, span)) : message;

    private static IReadOnlyDictionary<string, string> WithTrace(IReadOnlyDictionary<string, string> headers, Activity? activity)
        => activity is not { IdFormat: ActivityIdFormat.W3C } || headers.ContainsKey(MessageHeaders.TraceParent) ? headers : Traced(headers, activity);

    private static Dictionary<string, string> Traced(IReadOnlyDictionary<string, string> headers, Activity activity)
    {
        var copy = new Dictionary<string, string>(headers, StringComparer.Ordinal) { [MessageHeaders.TraceParent] = activity.Id! };
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            copy[MessageHeaders.TraceState] = activity.TraceStateString;
        }

        return copy;
    }
}
