namespace TechCorp.Resilience;

/// <summary>One probe runs. If it does not report before its lease ends, the next call probes in a new epoch.</summary>
/// <param name="circuit">The circuit.</param>
/// <param name="generation">The generation.</param>
/// <param name="leaseEnd">The timestamp from which another call may probe, inclusive.</param>
/// <param name="trip">What opened the circuit.</param>
internal sealed class HalfOpenEpoch(Circuit circuit, long generation, long leaseEnd, CircuitTrip trip) : CircuitEpoch(circuit, generation)
{
    internal override CircuitState State => CircuitState.HalfOpen;

    internal override DateTimeOffset OpenedAt => trip.OpenedAt;

    internal override Exception? Cause => trip.Cause;

    internal long LeaseEnd => leaseEnd;

    internal CircuitTrip Trip => trip;
}
