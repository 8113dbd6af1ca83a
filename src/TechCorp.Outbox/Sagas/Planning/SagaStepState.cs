namespace TechCorp.Outbox;

/// <summary>Where a step's action stands.</summary>
public enum SagaStepState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Begun: the effect may exist from here on.</summary>
    Started,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Refused, with certainty of no effect.</summary>
    Rejected,

    /// <summary>Not known: it threw, timed out, is still pending elsewhere, or its process died.</summary>
    Unknown,
}
