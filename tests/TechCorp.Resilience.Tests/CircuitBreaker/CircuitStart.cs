namespace TechCorp.Resilience.Tests;

/// <summary>The state in which a race for a circuit begins.</summary>
public enum CircuitStart
{
    OneFailureBeforeTheTrip,
    DueForAProbe,
    ProbeLeaseExpired,
}
