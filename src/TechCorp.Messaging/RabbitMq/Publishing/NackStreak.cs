namespace TechCorp.Messaging;

/// <summary>Notices a channel on which the broker refuses every publish. Not safe for concurrent use: its owner holds the lock.</summary>
/// <remarks>
/// A channel that first publishes to a quorum queue while the queue has no leader is refused forever by RabbitMQ 3.10, also when there is a leader again;
/// another channel is not. For a queue that is really full a new channel changes nothing, so each channel that is refused like the one before it lives
/// twice as long.
/// </remarks>
internal sealed class NackStreak(TimeProvider timeProvider)
{
    private const int MostDoublings = 5; // 32 s
    private static readonly TimeSpan LongRefusal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SameRefusal = LongRefusal * (1 << MostDoublings); // refusals further apart have nothing to do with each other
    private int _refusedChannels; // in a row, none of which acknowledged anything

    /// <summary>Counts one ack or nack.</summary>
    /// <returns>Whether there were only nacks for so long that a new channel should be tried.</returns>
    internal bool RefusesForLong(PublishSession session, bool acknowledged)
    {
        if (acknowledged)
        {
            session.NackedSince = null;
            _refusedChannels = 0;
            return false;
        }

        var now = timeProvider.GetTimestamp();
        if (session.NackedSince is null || timeProvider.GetElapsedTime(session.LastNack, now) > SameRefusal)
        {
            session.NackedSince = now;
        }

        session.LastNack = now;
        if (timeProvider.GetElapsedTime(session.NackedSince.Value, now) < LongRefusal * (1 << _refusedChannels))
        {
            return false;
        }

        _refusedChannels = Math.Min(_refusedChannels + 1, MostDoublings);
        session.NackedSince = now;
        return true;
    }
}
