namespace TechCorp.Outbox;

/// <summary>Why an event was parked.</summary>
public enum ParkReason
{
    /// <summary>Stored by a later version of this library.</summary>
    Unknown,

    /// <summary>No queue was bound for it during the whole <see cref="RelayOptions.UnroutableGrace"/>.</summary>
    Unroutable,

    /// <summary>The broker refused it <see cref="RelayOptions.MaxAttempts"/> times: a full queue, for example. Later events of its key wait.</summary>
    Refused,

    /// <summary>The publisher refuses it as it is: too large, or with a header that AMQP cannot carry. Later events of its key wait.</summary>
    Invalid,
}
