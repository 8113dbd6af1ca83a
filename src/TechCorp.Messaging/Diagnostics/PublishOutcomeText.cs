namespace TechCorp.Messaging;

/// <summary>How spans and figures name the end of a publish.</summary>
internal static class PublishOutcomeText
{
    internal const string Confirmed = "confirmed";

    internal static string Of(PublishOutcomeKind outcome) => outcome switch
    {
        PublishOutcomeKind.Confirmed => Confirmed,
        PublishOutcomeKind.Returned => "returned",
        PublishOutcomeKind.Rejected => "rejected",
        PublishOutcomeKind.Expired => "expired",
        _ => "connection-lost",
    };

    internal static string Of(Exception exception) => exception is OperationCanceledException ? "cancelled" : "failed";
}
