namespace TechCorp.Messaging;

/// <summary>One entry of a message's dead-letter history: the queue it left and why.</summary>
internal readonly record struct Death(string Queue, string Reason)
{
    internal const string Rejected = "rejected";
    internal const string Expired = "expired";
    internal const string MaxLength = "maxlen";
    internal const string DeliveryLimit = "delivery_limit";
}
