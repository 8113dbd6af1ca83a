using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>What publishing one row came to.</summary>
internal readonly record struct RowOutcome(RowOutcomeKind Kind, string Reason)
{
    internal static RowOutcome Of(PublishOutcome outcome) => outcome.Kind switch
    {
        PublishOutcomeKind.Confirmed => new(RowOutcomeKind.Confirmed, ""),
        PublishOutcomeKind.Returned => new(RowOutcomeKind.Unroutable, outcome.Reason),
        PublishOutcomeKind.Rejected => new(RowOutcomeKind.Refused, outcome.Reason),
        _ => new(RowOutcomeKind.Unsettled, outcome.Reason),
    };
}
