namespace TechCorp.Outbox;

/// <summary>How long handled messages are remembered. Configuration section <c>TechCorp:Outbox:Inbox</c>.</summary>
public sealed class InboxOptions
{
    /// <summary>
    /// How long a duplicate is recognized; after that it would be handled again. Longer than a message can be on its way: what the outbox keeps, what the
    /// queues hold, what an operator redrives.
    /// At least one day. Default: 14 days.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How often old marks are deleted. Default: 1 min.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many are deleted in one statement. Default: 1000.</summary>
    public int SweepBatchSize { get; set; } = 1000;

    internal IEnumerable<string> Problems()
    {
        if (Retention < TimeSpan.FromDays(1))
        {
            yield return $"{nameof(Retention)} must be at least one day, which the outbox may hold a message for; it is {Retention}.";
        }

        if (SweepInterval <= TimeSpan.Zero)
        {
            yield return $"{nameof(SweepInterval)} must be positive; it is {SweepInterval}.";
        }

        if (SweepBatchSize < 1)
        {
            yield return $"{nameof(SweepBatchSize)} must be at least 1; it is {SweepBatchSize}.";
        }
    }
}
