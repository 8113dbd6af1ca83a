namespace TechCorp.Messaging;

/// <summary>How one publish differs from the publisher's settings and from its message. Immutable.</summary>
/// <remarks>What is set here wins over the same property of a <see cref="Message"/>. All is checked before anything is sent.</remarks>
public sealed record PublishOptions
{
    /// <summary>The settings of the publisher, unchanged.</summary>
    public static PublishOptions Default { get; } = new();

    /// <summary>How long the whole publish may take, resends included. Default: <see cref="PublisherOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What to do when no queue is bound. Default: <see cref="UnroutableBehavior.Fail"/>.</summary>
    public UnroutableBehavior UnroutableBehavior { get; init; }

    /// <summary>What consumers recognize a repeated delivery by: to publish the same message again, or derived from an input. At most 255 bytes of UTF-8.
    /// Default: a new UUIDv7. Not for a batch of several messages.</summary>
    public string? MessageId { get; init; }

    /// <summary>What ties the messages of one business transaction together. At most 255 bytes of UTF-8. Default: none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Further headers; one of the same name of a <see cref="Message"/> is replaced. Default: none.</summary>
    /// <remarks>Names at most 255 bytes; all headers together at most 16 KiB. Names that begin with <c>x-techcorp-</c>, and those that the broker writes or
    /// acts upon (<c>x-death</c>, <c>CC</c> and the like), are refused.</remarks>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>As <see cref="Message.Priority"/>: 0 to 255. Default: none.</summary>
    public int? Priority { get; init; }

    /// <summary>As <see cref="Message.Expiration"/>: whole milliseconds, over 0 and at most 49 days. Default: as long as it takes.</summary>
    public TimeSpan? Expiration { get; init; }

    /// <summary>As <see cref="Message.Delay"/>: whole seconds, rounded up, at most 48 days. Default: none.</summary>
    public TimeSpan? Delay { get; init; }

    private bool ChangesMessage
        => MessageId is not null || CorrelationId is not null || Headers is not null || Priority is not null || Expiration is not null || Delay is not null;

    /// <summary>The message with what is set here; the same one where nothing is. Publishing does it by itself.</summary>
    /// <exception cref="ArgumentException">The id is empty, a header's name is reserved, or a value is out of its range.</exception>
    public Message ApplyTo(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!ChangesMessage)
        {
            return message;
        }

        if (MessageId is "")
        {
            throw new ArgumentException($"{nameof(MessageId)} must not be empty; leave it null for a new one.", nameof(message));
        }

        return new Message
        {
            Body = message.Body,
            Type = message.Type,
            Id = MessageId ?? message.Id,
            Timestamp = message.Timestamp,
            ContentType = message.ContentType,
            CorrelationId = CorrelationId ?? message.CorrelationId,
            AppId = message.AppId,
            Foreign = message.Foreign,
            Priority = Priority ?? message.Priority,
            Expiration = Expiration ?? message.Expiration,
            Delay = Delay ?? message.Delay,
            Headers = Headers is null ? message.Headers : Merged(message.Headers, Headers),
        };
    }

    private static Dictionary<string, string> Merged(IReadOnlyDictionary<string, string> headers, IReadOnlyDictionary<string, string> added)
    {
        var merged = new Dictionary<string, string>(headers, StringComparer.Ordinal);
        foreach (var (name, value) in added)
        {
            if (name.StartsWith(MessageHeaders.Prefix, StringComparison.OrdinalIgnoreCase) || BrokerHeaders.IsOne(name))
            {
                throw new ArgumentException($"Header '{name}' is reserved: names that begin with '{MessageHeaders.Prefix}' are this library's, and "
                    + "'CC', 'BCC', 'x-death' and the like the broker's. Choose another name.", nameof(added));
            }

            merged[name] = value;
        }

        return merged;
    }
}
