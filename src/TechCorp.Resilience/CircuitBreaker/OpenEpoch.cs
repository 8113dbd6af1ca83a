namespace TechCorp.Resilience;

/// <summary>Calls are rejected until the deadline.</summary>
/// <param name="circuit">The circuit.</param>
/// <param name="generation">The generation.</param>
/// <param name="deadline">The timestamp from which a call may probe, inclusive.</param>
/// <param name="trip">What opened the circuit.</param>
internal sealed class OpenEpoch(Circuit circuit, long generation, long deadline, CircuitTrip trip) : CircuitEpoch(circuit, generation)
{
    public override CircuitState State => CircuitState.Open;

    public override DateTimeOffset OpenedAt => trip.OpenedAt;

    public override Exception? Cause => trip.Cause;

    public long Deadline => deadline;

    public CircuitTrip Trip => trip;
}
