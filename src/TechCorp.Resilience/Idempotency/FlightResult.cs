using System.Runtime.ExceptionServices;

namespace TechCorp.Resilience;

/// <summary>What the leader of a single flight found: an outcome, a failure that all calls share, or nothing that helps the others.</summary>
internal readonly record struct FlightResult(StoredOutcome? Outcome, ExceptionDispatchInfo? Failure)
{
    /// <summary>The leader gave up for a reason that concerns no other call; another call must lead.</summary>
    internal static FlightResult Withdrawn => default;
}
