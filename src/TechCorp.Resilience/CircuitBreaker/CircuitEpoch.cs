using System.Diagnostics;

namespace TechCorp.Resilience;

/// <summary>One generation of a circuit. The reference is the fence: an outcome counts only while its epoch is the circuit's current one.</summary>
[DebuggerDisplay("{State}, generation {Generation}")]
internal abstract class CircuitEpoch(Circuit circuit, long generation)
{
    internal Circuit Circuit { get; } = circuit;

    internal long Generation { get; } = generation;

    internal abstract CircuitState State { get; }

    internal virtual DateTimeOffset OpenedAt => default;

    internal virtual Exception? Cause => null;
}
