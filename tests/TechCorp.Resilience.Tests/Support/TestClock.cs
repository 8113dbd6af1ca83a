using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace TechCorp.Resilience.Tests;

/// <summary>A fake clock that tells when a timer is set, so that a test can move the time exactly there.</summary>
internal sealed class TestClock : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();
    private readonly DateTimeOffset _start;
    private int _timersAlive;
    private int _timestampReads;

    public TestClock()
        : base(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)) => _start = GetUtcNow();

    public TimeSpan Elapsed => GetUtcNow() - _start;

    public int TimersAlive => Volatile.Read(ref _timersAlive);

    public int TimestampReads => Volatile.Read(ref _timestampReads);

    public override long GetTimestamp()
    {
        Interlocked.Increment(ref _timestampReads);
        return base.GetTimestamp();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timersAlive);
        var timer = new ToldTimer(this, base.CreateTimer(callback, state, dueTime, period));
        Tell(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer is set; returns its due time.</summary>
    public async Task<TimeSpan> TimerSetAsync() => await _set.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Moves the time to each timer that is set, until the work is done.</summary>
    public async Task<T> RunAsync<T>(Task<T> work)
    {
        while (true)
        {
            var timerSet = _set.Reader.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
            await Task.WhenAny(work, timerSet);
            if (work.IsCompleted)
            {
                return await work;
            }

            if (_set.Reader.TryRead(out var due))
            {
                Advance(due);
            }
        }
    }

    private void Tell(TimeSpan dueTime)
    {
        if (dueTime >= TimeSpan.Zero)
        {
            _set.Writer.TryWrite(dueTime);
        }
    }

    private sealed class ToldTimer(TestClock clock, ITimer inner) : ITimer
    {
        private int _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            clock.Tell(dueTime);
            return changed;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                Interlocked.Decrement(ref clock._timersAlive);
                inner.Dispose();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
