namespace PaymentService;

/// <summary>The states of a payment, as they are stored and shown.</summary>
internal static class PaymentStatus
{
    /// <summary>The gateway was or is being asked; nobody knows yet.</summary>
    internal const string Unknown = "unknown";

    /// <summary>The circuit was open: the retry queue takes care of it.</summary>
    internal const string Queued = "queued";

    internal const string Charged = "charged";

    internal const string Declined = "declined";

    /// <summary>A refund has begun; no charge may begin any more.</summary>
    internal const string Refunding = "refunding";

    internal const string Refunded = "refunded";

    /// <summary>Refunded before anything was charged.</summary>
    internal const string Cancelled = "cancelled";
}
