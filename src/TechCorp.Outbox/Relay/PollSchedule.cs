namespace TechCorp.Outbox;

/// <summary>How long the relay waits before it looks again: short while events come, doubling while none come, doubling
/// from 100 ms while something fails.</summary>
internal sealed class PollSchedule(TimeSpan shortest, TimeSpan longest, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private readonly TimeSpan _shortest = shortest;
    private TimeSpan _interval = shortest;
    private TimeSpan _pause = FirstPause;

    /// <summary>Nothing fails: the next pause is the first again.</summary>
    internal void Succeeded() => _pause = FirstPause;

    internal TimeSpan AfterWork()
    {
        _pause = FirstPause;
        return _interval = _shortest;
    }

    internal TimeSpan AfterNothing()
    {
        _pause = FirstPause;
        _interval = Backoff.Next(_interval, longest);
        return Jittered(_interval);
    }

    internal TimeSpan AfterError()
    {
        var pause = Jittered(Min(_pause, longest));
        _pause = Backoff.Next(_pause, longest);
        return pause;
    }

    // Upwards only: the longest interval is also a promise about the load of an idle relay.
    private TimeSpan Jittered(TimeSpan interval) => interval * (1 + (0.2 * random.NextDouble()));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
