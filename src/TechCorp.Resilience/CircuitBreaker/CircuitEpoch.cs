namespace TechCorp.Resilience;

/// <summary>One generation of a circuit. The reference is the fence: an outcome counts only while its epoch is the circuit's current one.</summary>
internal abstract class CircuitEpoch(Circuit circuit, long generation)
{
    public Circuit Circuit { get; } = circuit;

    public long Generation { get; } = generation;

    public abstract CircuitState State { get; }

    public virtual DateTimeOffset OpenedAt => default;

    public virtual Exception? Cause => null;
}
