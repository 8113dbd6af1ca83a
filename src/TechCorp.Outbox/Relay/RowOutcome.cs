using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>What publishing one row means to the relay.</summary>
internal readonly record struct RowOutcome(RowFate Fate, string Reason)
{
    internal static RowOutcome Of(PublishOutcome outcome) => outcome.Kind switch
    {
        PublishOutcomeKind.Confirmed => new(RowFate.Confirmed, ""),
        PublishOutcomeKind.Returned => new(RowFate.Unroutable, outcome.Reason),
        PublishOutcomeKind.Rejected => new(RowFate.Refused, outcome.Reason),
        _ => new(RowFate.Unanswered, outcome.Reason),
    };
}
