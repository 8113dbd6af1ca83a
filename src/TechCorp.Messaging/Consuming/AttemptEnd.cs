namespace TechCorp.Messaging;

/// <summary>How one attempt ended.</summary>
internal enum AttemptEnd
{
    /// <summary>The handler returned, in time.</summary>
    Succeeded,

    /// <summary>The handler threw, or its time was over.</summary>
    Failed,

    /// <summary>The stop budget was over; whether the handler had an effect is not known.</summary>
    Stopped,

    /// <summary>No handler was called, and none can ever be: <see cref="AttemptResult.Reason"/> says why.</summary>
    Unhandleable,
}
