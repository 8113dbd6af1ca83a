using System.Diagnostics;

namespace TechCorp.Outbox;

/// <summary>A saga at a moment, for status endpoints and operators.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Name">Which saga.</param>
/// <param name="Version">The version it was started with.</param>
/// <param name="BusinessKey">What it is about.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it is being undone, was undone, or needs attention; null otherwise.</param>
/// <param name="Steps">Its steps, in order.</param>
[DebuggerDisplay("{Name,nq} {BusinessKey,nq} {Status}")]
public sealed record SagaSnapshot(Guid Id, string Name, int Version, string BusinessKey, SagaStatus Status, string? Reason,
    IReadOnlyList<SagaStepSnapshot> Steps)
{
    /// <summary>Whether it has ended, one way or the other.</summary>
    public bool IsFinal => Status is SagaStatus.Completed or SagaStatus.Compensated;
}
