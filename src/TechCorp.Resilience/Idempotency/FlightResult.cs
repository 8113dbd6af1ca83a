using System.Runtime.ExceptionServices;

namespace TechCorp.Resilience;

/// <summary>What the leader of a flight found: an outcome, a failure that all share, or nothing that helps the others.</summary>
internal readonly record struct FlightResult(StoredOutcome? Outcome, ExceptionDispatchInfo? Failure)
{
    /// <summary>The leader gave up for reasons of its own; somebody else must lead.</summary>
    internal static FlightResult Withdrawn => default;
}
