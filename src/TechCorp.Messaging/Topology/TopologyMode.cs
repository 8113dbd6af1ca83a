namespace TechCorp.Messaging;

/// <summary>What the service does about its topology when it starts.</summary>
public enum TopologyMode
{
    /// <summary>Declares what is missing; a difference is a <see cref="TopologyException"/>. The default.</summary>
    Create,

    /// <summary>Checks that every exchange and queue exists; needs no configure permission.</summary>
    Validate,

    /// <summary>Nothing: the topology is managed elsewhere.</summary>
    Assume,
}
