namespace TechCorp.Outbox;

/// <summary>What becomes of a row once the broker has confirmed its event. Immutable.</summary>
public sealed record AfterConfirm
{
    private AfterConfirm(TimeSpan? retention) => Retention = retention;

    /// <summary>The row is deleted. The default: the outbox stays as small as its backlog.</summary>
    public static AfterConfirm Delete { get; } = new((TimeSpan?)null);

    /// <summary>How long rows are kept; null where they are deleted at once.</summary>
    public TimeSpan? Retention { get; }

    /// <summary>The row stays for a while, marked with the time of the confirm (<c>sent_at</c>), and is then deleted in bounded steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The retention is not positive.</exception>
    public static AfterConfirm Keep(TimeSpan retention)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retention, TimeSpan.Zero);
        return new AfterConfirm(retention);
    }
}
