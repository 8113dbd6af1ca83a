namespace PaymentService;

/// <summary>The states of a payment, as they are stored and shown.</summary>
internal static class PaymentStatus
{
    /// <summary>The gateway was called; the outcome is not known yet.</summary>
    internal const string Unknown = "unknown";

    /// <summary>The circuit was open; the payment waits in the retry queue.</summary>
    internal const string Queued = "queued";

    internal const string Charged = "charged";

    internal const string Declined = "declined";

    /// <summary>A refund has started; no charge may start anymore.</summary>
    internal const string Refunding = "refunding";

    internal const string Refunded = "refunded";

    /// <summary>Refunded before any charge.</summary>
    internal const string Cancelled = "cancelled";
}
