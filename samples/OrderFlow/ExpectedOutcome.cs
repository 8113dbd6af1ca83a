namespace OrderFlow;

/// <summary>How a scripted order must end.</summary>
internal enum ExpectedOutcome
{
    /// <summary>Reserved, paid and confirmed.</summary>
    Completed,

    /// <summary>Compensated; nothing was charged.</summary>
    Compensated,

    /// <summary>Compensated; the charge was refunded.</summary>
    Refunded,
}
