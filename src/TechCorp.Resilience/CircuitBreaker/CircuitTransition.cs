namespace TechCorp.Resilience;

/// <summary>One change of a circuit's state.</summary>
/// <param name="Name">The name of the circuit.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Reason">Why.</param>
/// <param name="Generation">The generation that began; one higher than that of the event before.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Cause">
/// What opened the circuit: the exception of the last failure, or one that describes the failing result; <see langword="null"/> when a permit reported none.
/// </param>
public sealed record CircuitTransition(
    string Name,
    CircuitState From,
    CircuitState To,
    CircuitTransitionReason Reason,
    long Generation,
    DateTimeOffset At,
    Exception? Cause);
