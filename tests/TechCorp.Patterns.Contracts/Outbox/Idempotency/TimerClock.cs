using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace TechCorp.Patterns.Contracts;

/// <summary>The fake clock of one process. It reports when a timer of the wanted length is set, so that a test can move the time exactly there.</summary>
internal sealed class TimerClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero))
{
    private readonly Channel<SetTimer> _set = Channel.CreateUnbounded<SetTimer>();

    /// <summary>Waits until a timer is set for which <paramref name="wanted"/> holds, and lets it pass. A timer that has ended meanwhile is none.</summary>
    public async Task PassAsync(Func<TimeSpan, bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var timer = await _set.Reader.ReadAsync(cancellationToken);
            if (wanted(timer.Due) && !timer.HasEnded)
            {
                Advance(timer.Due);
                return;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SetTimer(base.CreateTimer(callback, state, dueTime, period), dueTime);
        _set.Writer.TryWrite(timer);
        return timer;
    }

    private sealed class SetTimer(ITimer inner, TimeSpan due) : ITimer
    {
        private volatile bool _hasEnded;

        internal TimeSpan Due => due;

        internal bool HasEnded => _hasEnded;

        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

        public void Dispose()
        {
            _hasEnded = true;
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
