using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace TechCorp.Patterns.Contracts;

/// <summary>The fake clock of one process. It reports when a timer of the wanted length is set, so that a test can move the time exactly there.</summary>
internal sealed class TimerClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero))
{
    private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Waits until a timer is set for which <paramref name="wanted"/> holds, and lets it pass.</summary>
    public async Task PassAsync(Func<TimeSpan, bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = await _set.Reader.ReadAsync(cancellationToken);
            if (wanted(due))
            {
                Advance(due);
                return;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _set.Writer.TryWrite(dueTime);
        return timer;
    }
}
