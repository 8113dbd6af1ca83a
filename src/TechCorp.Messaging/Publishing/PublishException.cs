namespace TechCorp.Messaging;

/// <summary>A publish ended otherwise than confirmed.</summary>
public sealed class PublishException : Exception
{
    /// <summary>Says which message, where to, how it ended and what the caller may do.</summary>
    public PublishException(string messageId, Destination destination, PublishOutcome outcome)
        : base($"Message {messageId} to {destination} ended as {outcome.Kind}{(outcome.Code == 0 ? "" : $" ({outcome.Code})")}: "
            + $"{Sentence(outcome.Reason)}{Advice(outcome)}")
    {
        MessageId = messageId;
        Destination = destination;
        Outcome = outcome;
    }

    /// <summary>The message's id; publish again with the same id.</summary>
    public string MessageId { get; }

    /// <summary>Where it was to go.</summary>
    public Destination Destination { get; }

    /// <summary>How it ended.</summary>
    public PublishOutcome Outcome { get; }

    /// <summary>A broker's text ends as it likes.</summary>
    private static string Sentence(string? reason) => string.IsNullOrEmpty(reason) ? "" : reason[^1] is '.' or '!' or '?' ? reason + " " : reason + ". ";

    private static string Advice(PublishOutcome outcome) => outcome.Kind switch
    {
        PublishOutcomeKind.Returned => "Declare and bind a queue, or publish with UnroutableBehavior.Accept.",
        PublishOutcomeKind.Rejected when outcome.Code == 403 => "Give the user the permission, or publish elsewhere.",
        PublishOutcomeKind.Rejected when outcome.Code != 0 => "It would end the same again: change the message, or what the broker takes.",
        PublishOutcomeKind.Rejected => "Publish again later with the same id; a queue may be full, and others may have kept it.",
        _ when outcome.MayHaveBeenDelivered => "It may have been delivered: publish again with the same id.",
        _ => "It was not sent: publish again.",
    };
}
