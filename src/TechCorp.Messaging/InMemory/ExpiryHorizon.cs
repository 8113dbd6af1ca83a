namespace TechCorp.Messaging;

/// <summary>The next moment at which some queue's head may expire: too early at times, never too late. Guarded by the broker's lock.</summary>
internal sealed class ExpiryHorizon
{
    internal TimeSpan Next { get; private set; } = TimeSpan.MaxValue;

    internal void Lower(TimeSpan moment) => Next = moment < Next ? moment : Next;

    /// <summary>Forgets it, for the queues to say it again.</summary>
    internal void Reset() => Next = TimeSpan.MaxValue;
}
