namespace TechCorp.Outbox;

/// <summary>What an attempt to publish a row came to.</summary>
internal enum RowOutcomeKind
{
    /// <summary>Not known, or not sent: the broker is unavailable, or the relay stops. The row stays as it is.</summary>
    Unsettled,

    /// <summary>The broker has it: the row is done.</summary>
    Confirmed,

    /// <summary>No queue is bound: retried later, parked after the grace.</summary>
    Unroutable,

    /// <summary>The broker refused it: retried later.</summary>
    Refused,

    /// <summary>It can never be published as it is: parked at once.</summary>
    Invalid,
}
