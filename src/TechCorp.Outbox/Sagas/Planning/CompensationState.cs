namespace TechCorp.Outbox;

/// <summary>Where a step's compensation stands.</summary>
public enum CompensationState
{
    /// <summary>Not asked for.</summary>
    None,

    /// <summary>To be run when the later steps are compensated.</summary>
    Pending,

    /// <summary>Begun; repeated with the same key until it returns.</summary>
    Started,

    /// <summary>Undone.</summary>
    Done,

    /// <summary>Failed as often as allowed; an operator must retry it.</summary>
    Stuck,
}
