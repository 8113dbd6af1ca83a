namespace TechCorp.Outbox;

/// <summary>Why an event was parked.</summary>
public static class ParkReason
{
    /// <summary>No queue was bound for it during the whole <see cref="RelayOptions.UnroutableGrace"/>.</summary>
    public const string Unroutable = "Unroutable";

    /// <summary>The broker refused it <see cref="RelayOptions.MaxAttempts"/> times: a full queue, for example. Later events of its key wait.</summary>
    public const string Refused = "Refused";

    /// <summary>The publisher refuses it as it is: too large, or with a header that AMQP cannot carry. Later events of its key wait.</summary>
    public const string Invalid = "Invalid";
}
