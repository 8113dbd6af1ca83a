namespace TechCorp.Messaging;

/// <summary>What the start does when the topology has findings.</summary>
public enum TopologyFindingsBehavior
{
    /// <summary>Logs each as a warning, notes as information. The default.</summary>
    Warn,

    /// <summary>Logs them, and fails with a <see cref="TopologyException"/> before anything is declared; notes alone do not fail.</summary>
    Fail,
}
