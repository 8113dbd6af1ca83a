namespace TechCorp.Resilience;

/// <summary>Calls are rejected until the deadline.</summary>
/// <param name="circuit">The circuit.</param>
/// <param name="generation">The generation.</param>
/// <param name="deadline">The timestamp from which a call may probe, inclusive.</param>
/// <param name="trip">What opened the circuit.</param>
internal sealed class OpenEpoch(Circuit circuit, long generation, long deadline, CircuitTrip trip) : CircuitEpoch(circuit, generation)
{
    internal override CircuitState State => CircuitState.Open;

    internal override DateTimeOffset OpenedAt => trip.OpenedAt;

    internal override Exception? Cause => trip.Cause;

    internal long Deadline => deadline;

    internal CircuitTrip Trip => trip;
}
