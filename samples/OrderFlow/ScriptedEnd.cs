namespace OrderFlow;

/// <summary>How an order ends.</summary>
internal enum ScriptedEnd
{
    /// <summary>Reserved, paid and confirmed.</summary>
    Completed,

    /// <summary>Undone; nothing had been charged.</summary>
    Compensated,

    /// <summary>Undone; what may have been charged was paid back.</summary>
    Refunded,
}
