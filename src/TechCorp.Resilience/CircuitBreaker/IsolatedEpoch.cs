namespace TechCorp.Resilience;

/// <summary>Calls are rejected until a reset.</summary>
internal sealed class IsolatedEpoch(Circuit circuit, long generation, DateTimeOffset openedAt) : CircuitEpoch(circuit, generation)
{
    internal override CircuitState State => CircuitState.Isolated;

    internal override DateTimeOffset OpenedAt => openedAt;
}
