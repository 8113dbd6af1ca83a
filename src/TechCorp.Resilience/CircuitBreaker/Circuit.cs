using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Resilience;

/// <summary>
/// The state machine of the circuit breaker. The state is one reference to an epoch: admission to a closed circuit is one read; a stale outcome
/// touches an epoch that nobody reads any more. Only transitions, which are rare, take the lock.
/// </summary>
internal sealed class Circuit
{
    private const int MaxWithdrawnProbes = 2;

    private readonly Lock _gate = new();
    private readonly MonotonicClock _clock;
    private readonly TransitionFeed _feed;
    private readonly ILogger? _logger; // null when there is no logger, so that a rejection costs no more than reading the clock
    private readonly Action<Exception>? _errorSink;
    private volatile CircuitEpoch _epoch; // written under _gate
    private volatile CircuitTimes _times; // written under _gate
    private volatile bool _timesCalls; // written under _gate

    internal Circuit(string name, CircuitBreakerOptions options, TimeProvider timeProvider, ILogger logger)
    {
        Name = name;
        _clock = new MonotonicClock(timeProvider);
        _times = new CircuitTimes(_clock, options);
        _timesCalls = options.SlowCallDuration is not null;
        _feed = new TransitionFeed(options.OnTransition, options.OnCallbackError, logger);
        _logger = logger is NullLogger ? null : logger;
        _errorSink = options.OnCallbackError;
        _epoch = new ClosedEpoch(this, generation: 0, _times.NewWindow());
        ResilienceMetrics.ObserveState(this, Name, () => State - CircuitState.Closed);
    }

    internal string Name { get; }

    /// <summary>When a call is admitted, by the coarse clock; 0 while calls are not timed.</summary>
    private long AdmittedAt => _timesCalls ? _clock.Coarse.Now : 0;

    internal long Generation => _epoch.Generation;

    internal int Failures => _epoch is ClosedEpoch closed ? closed.Failures : 0;

    internal CircuitState State => _epoch switch
    {
        OpenEpoch open when _clock.Now >= open.Deadline => CircuitState.HalfOpenReady,
        HalfOpenEpoch probing when _clock.Now >= probing.LeaseEnd => CircuitState.HalfOpenReady,
        var epoch => epoch.State,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryEnter(out CircuitPermit permit)
    {
        var epoch = _epoch;
        if (epoch is ClosedEpoch)
        {
            permit = new CircuitPermit(epoch, AdmittedAt);
            return true;
        }

        return TryEnterUnclosed(out permit, out _);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryEnter(out CircuitPermit permit, out CircuitRejection rejection)
    {
        var epoch = _epoch;
        if (epoch is ClosedEpoch)
        {
            permit = new CircuitPermit(epoch, AdmittedAt);
            rejection = default;
            return true;
        }

        return TryEnterUnclosed(out permit, out rejection);
    }

    /// <summary>The rejection that is certain for a known time; none where a call may be admitted, or while a probe
    /// runs, which may end at any moment.</summary>
    internal CircuitRejection SureRejection()
    {
        var epoch = _epoch;
        var wait = epoch switch
        {
            OpenEpoch open => _clock.Until(open.Deadline, _clock.Now),
            IsolatedEpoch => TimeSpan.MaxValue,
            _ => TimeSpan.Zero,
        };
        return wait > TimeSpan.Zero ? new CircuitRejection(epoch, wait) : default;
    }

    internal bool RecordSuccess(CircuitEpoch epoch, long admittedAt)
    {
        if (admittedAt != 0 && _times.Slowness(admittedAt) is { } slow)
        {
            return RecordFailure(epoch, new FailedResultException(Name, slow));
        }

        if (epoch is ClosedEpoch closed && ReferenceEquals(_epoch, closed))
        {
            closed.AddSuccess();
            return true;
        }

        var counted = epoch is HalfOpenEpoch && TryMove(epoch, Closed(epoch), CircuitTransitionReason.ProbeSucceeded);
        return Counted(counted);
    }

    internal bool RecordFailure(CircuitEpoch epoch, Exception? cause)
    {
        if (!ReferenceEquals(_epoch, epoch))
        {
            return Counted(counted: false);
        }

        if (epoch is HalfOpenEpoch probing)
        {
            return Counted(TryMove(epoch, Opened(epoch, cause, probing.Trip.Streak + 1), CircuitTransitionReason.ProbeFailed));
        }

        var reason = ReasonToOpen((ClosedEpoch)epoch);
        return Counted(reason == default || TryMove(epoch, Opened(epoch, cause, streak: 1), reason));
    }

    internal bool RecordNeutral(CircuitEpoch epoch)
    {
        if (epoch is HalfOpenEpoch probing)
        {
            return Counted(TryMove(epoch, Withdrawn(probing), CircuitTransitionReason.ProbeWithdrawn));
        }

        return Counted(ReferenceEquals(_epoch, epoch));
    }

    internal void Isolate()
    {
        var at = _clock.UtcNow;
        lock (_gate)
        {
            Move(new IsolatedEpoch(this, _epoch.Generation + 1, at), CircuitTransitionReason.Isolated, at);
        }

        _feed.Deliver();
    }

    internal void Reset()
    {
        var at = _clock.UtcNow;
        lock (_gate)
        {
            Move(Closed(_epoch), CircuitTransitionReason.Reset, at);
        }

        _feed.Deliver();
    }

    /// <summary>Follows other options from now on. State, generation and failures in a row stay; a window of another length begins without calls.</summary>
    internal void Apply(CircuitBreakerOptions options)
    {
        lock (_gate)
        {
            var former = _times;
            _times = new CircuitTimes(_clock, options);
            _timesCalls = options.SlowCallDuration is not null;
            if (_epoch is ClosedEpoch closed && !_times.HasWindowOf(former))
            {
                closed.Observe(_times.NewWindow());
            }
        }
    }

    private bool TryEnterUnclosed(out CircuitPermit permit, out CircuitRejection rejection)
    {
        while (true)
        {
            var epoch = _epoch;
            if (epoch is ClosedEpoch)
            {
                permit = new CircuitPermit(epoch, AdmittedAt);
                rejection = default;
                return true;
            }

            var now = _clock.Now;
            (var end, var trip, var reason) = epoch switch
            {
                OpenEpoch open => (open.Deadline, open.Trip, CircuitTransitionReason.RecoveryElapsed),
                HalfOpenEpoch probing => (probing.LeaseEnd, probing.Trip, CircuitTransitionReason.ProbeLeaseExpired),
                _ => (long.MaxValue, null, default),
            };
            if (now < end || trip is null)
            {
                permit = default;
                rejection = new CircuitRejection(epoch, _clock.Until(end, now));
                ReportRejection(rejection.RetryAfter);
                return false;
            }

            var probe = new HalfOpenEpoch(this, epoch.Generation + 1, _times.LeaseEnd(now), trip);
            if (TryMove(epoch, probe, reason))
            {
                permit = new CircuitPermit(probe, AdmittedAt);
                rejection = default;
                return true;
            }
        }
    }

    private void ReportRejection(TimeSpan retryAfter)
    {
        ResilienceMetrics.Rejected(Name);
        if (_logger is null)
        {
            return;
        }

        try
        {
            _logger.CallRejected(Name, retryAfter);
        }
        catch (Exception exception)
        {
            CallbackError.Report(_logger, _errorSink, exception, nameof(ILogger), Name);
        }
    }

    private CircuitTransitionReason ReasonToOpen(ClosedEpoch closed)
    {
        var times = _times;
        var failures = closed.AddFailure();
        var sum = closed.Window?.AddFailure() ?? default;
        return failures >= times.FailureThreshold ? CircuitTransitionReason.FailureThreshold
            : times.OpensOn(sum) ? CircuitTransitionReason.FailureRatio
            : default;
    }

    private ClosedEpoch Closed(CircuitEpoch from) => new(this, from.Generation + 1);

    private OpenEpoch Opened(CircuitEpoch from, Exception? cause, int streak)
        => new(this, from.Generation + 1, _times.RecoveryEnd(streak), new CircuitTrip(_clock.UtcNow, cause, streak));

    // Callers that are less patient than the dependency is slow would otherwise all reach it: each withdraws its probe and admits the next.
    private OpenEpoch Withdrawn(HalfOpenEpoch probing)
    {
        var withdrawn = probing.Trip.Withdrawn + 1;
        return withdrawn < MaxWithdrawnProbes
            ? new OpenEpoch(this, probing.Generation + 1, _clock.Now, probing.Trip with { Withdrawn = withdrawn })
            : new OpenEpoch(this, probing.Generation + 1, _times.RecoveryEnd(probing.Trip.Streak), probing.Trip with { Withdrawn = 0 });
    }

    private bool TryMove(CircuitEpoch from, CircuitEpoch to, CircuitTransitionReason reason)
    {
        var at = _clock.UtcNow;
        lock (_gate)
        {
            if (!ReferenceEquals(_epoch, from))
            {
                return false;
            }

            Move(to, reason, at);
        }

        _feed.Deliver();
        return true;
    }

    private void Move(CircuitEpoch to, CircuitTransitionReason reason, DateTimeOffset at)
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "Epochs change only under the lock.");
        Debug.Assert(to.Generation == _epoch.Generation + 1, "Generations follow each other.");
        if (to is ClosedEpoch closed)
        {
            closed.Observe(_times.NewWindow()); // here, so that it is the window of the options that Apply has set last
        }

        var from = _epoch;
        _epoch = to;
        _feed.Append(new CircuitTransition(Name, from.State, to.State, reason, to.Generation, at, to.Cause));
    }

    private bool Counted(bool counted)
    {
        if (!counted)
        {
            ResilienceMetrics.Stale(Name);
        }

        return counted;
    }
}
