namespace TechCorp.Resilience;

/// <summary>Calls are rejected until a reset.</summary>
internal sealed class IsolatedEpoch(Circuit circuit, long generation, DateTimeOffset openedAt) : CircuitEpoch(circuit, generation)
{
    public override CircuitState State => CircuitState.Isolated;

    public override DateTimeOffset OpenedAt => openedAt;
}
