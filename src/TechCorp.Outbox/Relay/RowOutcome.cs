using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>What publishing one row means to the relay.</summary>
internal readonly record struct RowOutcome(RowOutcomeKind Fate, string Reason)
{
    internal static RowOutcome Of(PublishOutcome outcome) => outcome.Kind switch
    {
        PublishOutcomeKind.Confirmed => new(RowOutcomeKind.Confirmed, ""),
        PublishOutcomeKind.Returned => new(RowOutcomeKind.Unroutable, outcome.Reason),
        PublishOutcomeKind.Rejected => new(RowOutcomeKind.Refused, outcome.Reason),
        _ => new(RowOutcomeKind.Unanswered, outcome.Reason),
    };
}
