namespace TechCorp.Outbox;

/// <summary>A row of the saga table as Dapper reads it.</summary>
internal sealed class SagaRow
{
    internal string Id { get; set; } = "";

    internal string Name { get; set; } = "";

    internal int Version { get; set; }

    internal string GraphHash { get; set; } = "";

    internal string BusinessKey { get; set; } = "";

    internal string Status { get; set; } = "";

    internal string? Reason { get; set; }

    internal long Epoch { get; set; }

    internal string Data { get; set; } = "";

    internal long? DeadlineLeft { get; set; }

    /// <summary>For operators: an instance that this version cannot read is shown as suspended; throwing would hide it
    /// and all that are listed with it.</summary>
    internal SagaSnapshot Snapshot(IEnumerable<SagaStepRow> steps)
    {
        var (snapshots, unreadable) = (new List<SagaStepSnapshot>(), new List<string>());
        if (!Enum.TryParse<SagaStatus>(Status, out var status))
        {
            unreadable.Add($"its status is '{Status}'");
        }

        foreach (var step in steps)
        {
            if (step.Unreadable is { } what)
            {
                unreadable.Add(what);
            }
            else
            {
                snapshots.Add(step.Snapshot);
            }
        }

        return unreadable.Count == 0
            ? new SagaSnapshot(this, status, Reason, snapshots)
            : new SagaSnapshot(this, SagaStatus.Suspended, $"The row cannot be read: {string.Join(", ", unreadable)}. {Reason}".TrimEnd(), snapshots);
    }
}
