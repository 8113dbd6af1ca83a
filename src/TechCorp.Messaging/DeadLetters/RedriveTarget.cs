namespace TechCorp.Messaging;

/// <summary>Where a redriven message goes.</summary>
public enum RedriveTarget
{
    /// <summary>The queue whose consumer gave it up; other subscribers of the event do not see it again. The default.</summary>
    OriginalQueue,

    /// <summary>The exchange and key it was first published with, so every subscriber gets it again; the queue where nobody wrote them down.</summary>
    OriginalDestination,
}
