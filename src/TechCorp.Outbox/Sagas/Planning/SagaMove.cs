namespace TechCorp.Outbox;

/// <summary>What to do after the progress has been written.</summary>
internal enum SagaMove
{
    /// <summary>Call the action of the step.</summary>
    Act,

    /// <summary>Ask for the outcome of the step, whose attempts are spent.</summary>
    Query,

    /// <summary>Call the compensation of the step.</summary>
    Undo,

    /// <summary>Release the saga; it is due again after the delay.</summary>
    Wait,

    /// <summary>Release the saga; nothing is due.</summary>
    Stop,
}
