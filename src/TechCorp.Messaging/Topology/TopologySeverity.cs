namespace TechCorp.Messaging;

/// <summary>How bad a finding about a topology is.</summary>
public enum TopologySeverity
{
    /// <summary>Right in some services; worth a look.</summary>
    Note,

    /// <summary>Messages may be lost, held or sent astray when something goes wrong.</summary>
    Warning,

    /// <summary>Does not do what it says, or is refused by the broker.</summary>
    Error,
}
