namespace TechCorp.Outbox;

/// <summary>A partition that this relay owns.</summary>
internal sealed class Partition(short number, long epoch)
{
    internal short Number { get; } = number;

    /// <summary>Which ownership this is: a later owner has a higher one, and the database refuses writes with a lower. 0 where a session's lock is the fence.</summary>
    internal long Epoch { get; } = epoch;

    /// <summary>How far this relay has read. What is below and still there is waiting, blocked or was committed late; reading from 0 finds it.</summary>
    internal long Low { get; set; }
}
