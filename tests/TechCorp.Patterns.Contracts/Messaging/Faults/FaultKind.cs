namespace TechCorp.Patterns.Contracts;

/// <summary>What can happen to a connection.</summary>
public enum FaultKind
{
    /// <summary>Both sides get a reset.</summary>
    Reset,

    /// <summary>Both sides get the end of the stream.</summary>
    Close,

    /// <summary>Not one byte more, and neither side is notified.</summary>
    HalfOpen,

    /// <summary>No bytes for a while.</summary>
    Stall,

    /// <summary>The server gets everything; what it answers comes later.</summary>
    WithholdConfirms,

    /// <summary>A thin line for a while.</summary>
    Throttle,

    /// <summary>Cut, and no connection is accepted for a while.</summary>
    Refuse,
}
