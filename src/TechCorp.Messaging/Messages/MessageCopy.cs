namespace TechCorp.Messaging;

/// <summary>Copies of a message with something replaced.</summary>
internal static class MessageCopy
{
    internal static Message With(this Message message, IReadOnlyDictionary<string, string> headers) => new()
    {
        Body = message.Body,
        Type = message.Type,
        Id = message.Id,
        Timestamp = message.Timestamp,
        ContentType = message.ContentType,
        CorrelationId = message.CorrelationId,
        AppId = message.AppId,
        Foreign = message.Foreign,
        Headers = headers,
    };
}
