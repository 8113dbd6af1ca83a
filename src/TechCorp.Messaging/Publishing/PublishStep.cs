namespace TechCorp.Messaging;

/// <summary>What the caller of a publish does next.</summary>
internal enum PublishStep : byte
{
    /// <summary>Waits to be woken.</summary>
    Wait,

    /// <summary>Writes, then waits to be woken.</summary>
    Write,

    /// <summary>Returns the outcome.</summary>
    Done,
}
