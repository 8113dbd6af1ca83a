namespace TechCorp.Outbox;

/// <summary>What a saga does when a compensation has failed as often as allowed.</summary>
public enum StuckCompensationBehavior
{
    /// <summary>Stops, so that the order of undoing is kept. The default.</summary>
    Stop,

    /// <summary>Undoes the earlier steps all the same, then waits for an operator.</summary>
    ContinueBestEffort,
}
