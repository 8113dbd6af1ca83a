using System.Diagnostics;

namespace TechCorp.Outbox;

/// <summary>A saga at a moment, for status endpoints and operators.</summary>
[DebuggerDisplay("{Name,nq} {BusinessKey,nq} {Status}")]
public sealed class SagaSnapshot
{
    internal SagaSnapshot(SagaRow row, SagaStatus status, string? reason, IReadOnlyList<SagaStepSnapshot> steps)
    {
        Id = Guid.Parse(row.Id);
        Name = row.Name;
        Version = row.Version;
        BusinessKey = row.BusinessKey;
        Status = status;
        Reason = reason;
        Steps = steps;
    }

    /// <summary>The instance.</summary>
    public Guid Id { get; }

    /// <summary>Which saga.</summary>
    public string Name { get; }

    /// <summary>The version it was started with.</summary>
    public int Version { get; }

    /// <summary>What it is about.</summary>
    public string BusinessKey { get; }

    /// <summary>Where it stands.</summary>
    public SagaStatus Status { get; }

    /// <summary>Why it is being undone, was undone, or needs attention; null otherwise.</summary>
    public string? Reason { get; }

    /// <summary>Its steps, in order.</summary>
    public IReadOnlyList<SagaStepSnapshot> Steps { get; }

    /// <summary>Whether it has ended: completed, or compensated.</summary>
    public bool IsFinal => Status is SagaStatus.Completed or SagaStatus.Compensated;
}
