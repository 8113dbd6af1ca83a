using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Messaging;

/// <summary>The token of one handler call, canceled at the call's deadline or when the consumer stops; reused for further calls
/// as long as it was not canceled.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The source has no timer, and a handler may still hold its token; the timer is disposed with the last call.")]
internal sealed class HandlerDeadline
{
    private readonly TimeProvider _timeProvider;
    private readonly Action<CancellationTokenSource, MessageContext> _expire;
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private MessageContext? _call; // guarded by _gate; null between calls
    private long _deadline; // guarded by _gate
    private long _fires; // guarded by _gate; 0: the timer is not set
    private bool _expired; // guarded by _gate
    private CancellationTokenRegistration _abort;

    /// <param name="timeProvider">The clock of the deadline.</param>
    /// <param name="expire">Called on the timer's thread when a call has passed its deadline; must not throw.</param>
    internal HandlerDeadline(TimeProvider timeProvider, Action<CancellationTokenSource, MessageContext> expire)
    {
        _timeProvider = timeProvider;
        _expire = expire;
        using var _ = ExecutionContext.SuppressFlow();
        _timer = timeProvider.CreateTimer(static deadline => ((HandlerDeadline)deadline!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A call begins.</summary>
    internal CancellationToken Begin(MessageContext call, TimeSpan timeout, CancellationToken abort)
    {
        bool setsTimer;
        lock (_gate)
        {
            _call = call;
            _deadline = _timeProvider.GetTimestamp() + (long)(timeout.TotalSeconds * _timeProvider.TimestampFrequency);
            setsTimer = _fires == 0; // set already: it fires no later than this call needs, and is set again then
            _fires = setsTimer ? _deadline : _fires;
        }

        if (setsTimer)
        {
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
        }

        _abort = abort.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        return _source.Token;
    }

    /// <summary>The call has ended.</summary>
    /// <returns>Whether it ended after its deadline, and whether another call may reuse this object.</returns>
    internal async ValueTask<(bool Expired, bool Reusable)> EndAsync()
    {
        await _abort.DisposeAsync().ConfigureAwait(false); // waits for a cancellation that runs
        lock (_gate)
        {
            _call = null;
            if (!_expired && _source.TryReset())
            {
                return (false, true);
            }
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        return (_expired, false);
    }

    private void OnTimer()
    {
        MessageContext? expired = null;
        lock (_gate)
        {
            _fires = 0;
            if (_call is null)
            {
                return;
            }

            var left = Math.Ceiling(_timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), _deadline).TotalMilliseconds);
            if (left > 0)
            {
                _fires = _deadline;
                _timer.Change(TimeSpan.FromMilliseconds(left), Timeout.InfiniteTimeSpan);
            }
            else
            {
                _expired = true;
                expired = _call;
            }
        }

        if (expired is not null)
        {
            _expire(_source, expired);
        }
    }
}
