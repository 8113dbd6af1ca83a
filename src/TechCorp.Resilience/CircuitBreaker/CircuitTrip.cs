namespace TechCorp.Resilience;

/// <summary>What opened a circuit, carried through its open and half-open epochs and dropped when it closes.</summary>
/// <param name="OpenedAt">When it opened, in UTC; a failed probe opens it again.</param>
/// <param name="Cause">The last failure's exception or what stands for a failing result, if it was reported.</param>
/// <param name="Streak">Openings since the circuit was last closed; the growth of the recovery time counts them.</param>
/// <param name="Withdrawn">Probes in a row since the last recovery time that their callers canceled.</param>
internal sealed record CircuitTrip(DateTimeOffset OpenedAt, Exception? Cause, int Streak, int Withdrawn = 0);
