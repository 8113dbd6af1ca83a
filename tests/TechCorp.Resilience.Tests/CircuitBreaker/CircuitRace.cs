namespace TechCorp.Resilience.Tests;

/// <summary>Three calls that race for one circuit, and what must hold when they have ended.</summary>
internal sealed class CircuitRace(CircuitStart start, CallEnd[] ends, Action step)
{
    private const int Threshold = 2;

    private readonly List<CircuitTransition> _events = [];
    private readonly List<(CallEnd End, long Generation, bool Probe, bool Counted)> _calls = [];
    private CircuitBreaker _breaker = null!;
    private StepClock _timeProvider = null!;
    private int _rejected;
    private int _before;
    private CircuitPermit _hung;

    /// <summary>Makes a fresh circuit in its starting state.</summary>
    public Action[] Begin()
    {
        _events.Clear();
        _calls.Clear();
        _rejected = 0;
        _timeProvider = new StepClock(step);
        var options = new CircuitBreakerOptions { FailureThreshold = Threshold, OnTransition = _events.Add };
        _breaker = new CircuitBreaker("race", options, timeProvider: _timeProvider);
        _breaker.Fail();
        if (start != CircuitStart.OneFailureBeforeTheTrip)
        {
            _breaker.Fail();
            _timeProvider.Move(TimeSpan.FromSeconds(30));
        }

        if (start == CircuitStart.ProbeLeaseExpired)
        {
            _hung = _breaker.Enter();
            _timeProvider.Move(TimeSpan.FromSeconds(30));
        }

        _before = _events.Count;
        return [.. ends.Select<CallEnd, Action>(end => () => Call(end))];
    }

    public void Check()
    {
        List<CircuitTransition> all = [.. _events];
        var events = all[_before..];
        Require(all.Select((e, i) => e.Generation == i + 1).All(right => right), "I5: generations grow by one, in order");
        Require(_breaker.Generation == all.Count, "every transition was reported");
        Require(all.Zip(all.Skip(1)).All(pair => pair.First.To == pair.Second.From), "each transition begins where the last one ended");

        foreach (var generation in events.Where(e => e.To == CircuitState.HalfOpen).GroupBy(e => e.Generation))
        {
            Require(_calls.Count(call => call.Probe && call.Generation == generation.Key) == 1, "I1: one probe in each half-open generation");
        }

        Require(events.Count(e => e.Reason == CircuitTransitionReason.FailureThreshold) <= 1 + events.Count(e => e.To == CircuitState.Closed), "I2");
        Require(_calls.All(call => IsAdmittingState(all, call.Generation)), "I4: no call was admitted in an open generation");
        Require(_calls.Count + _rejected == ends.Length, "I6: every call was admitted or rejected");
        foreach (var e in events.Where(e => IsDecidedByAnOutcome(e.Reason)))
        {
            Require(
                _calls.Any(call => call.Generation == e.Generation - 1 && call.Counted && Explains(call.End, e.Reason)),
                "a transition comes from an outcome of the generation that it ends");
        }

        if (start == CircuitStart.ProbeLeaseExpired && _breaker.Generation != _hung.Generation)
        {
            var state = _breaker.State;
            Require(!_hung.RecordFailure() && _breaker.State == state, "another call probes in the place of the hung one");
        }

        RequireRecovery();
    }

    private void Call(CallEnd end)
    {
        if (!_breaker.TryEnter(out var permit))
        {
            _rejected++;
            return;
        }

        step();
        var counted = end switch
        {
            CallEnd.Success => permit.RecordSuccess(),
            CallEnd.Failure => permit.RecordFailure(),
            _ => permit.RecordNeutral(),
        };
        _calls.Add((end, permit.Generation, permit.IsProbe, counted));
    }

    /// <summary>I3: after recovery time and lease, one success closes the circuit.</summary>
    private void RequireRecovery()
    {
        _timeProvider.Move(TimeSpan.FromSeconds(60));
        Require(_breaker.TryEnter(out var permit) && permit.RecordSuccess(), "I3: a call is admitted again");
        Require(_breaker.State == CircuitState.Closed, "I3: the circuit closes again");
    }

    private static bool IsAdmittingState(List<CircuitTransition> all, long generation)
        => generation == 0 || all[(int)generation - 1].To is CircuitState.Closed or CircuitState.HalfOpen;

    private static bool IsDecidedByAnOutcome(CircuitTransitionReason reason)
        => reason is not (CircuitTransitionReason.RecoveryElapsed or CircuitTransitionReason.ProbeLeaseExpired);

    private static bool Explains(CallEnd end, CircuitTransitionReason reason) => reason switch
    {
        CircuitTransitionReason.ProbeSucceeded => end == CallEnd.Success,
        CircuitTransitionReason.ProbeWithdrawn => end == CallEnd.Neutral,
        _ => end == CallEnd.Failure,
    };

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
