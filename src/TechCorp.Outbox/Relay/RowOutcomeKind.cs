namespace TechCorp.Outbox;

/// <summary>What becomes of a row after an attempt to publish it.</summary>
internal enum RowOutcomeKind
{
    /// <summary>Nobody knows, or nobody was asked: the broker is away, the relay stops. The row stays as it is.</summary>
    Unanswered,

    /// <summary>The broker has it: the row is done.</summary>
    Confirmed,

    /// <summary>No queue is bound: later again, parked after the grace.</summary>
    Unroutable,

    /// <summary>The broker said no: later again.</summary>
    Refused,

    /// <summary>It can never be published as it is: parked at once.</summary>
    Invalid,
}
