namespace TechCorp.Resilience.Tests;

/// <summary>A circuit under random commands, beside a naive model of what the requirements say, and the checks of I1–I6.</summary>
internal sealed class CircuitModel
{
    private const int Recovery = 30;
    private const int Lease = 20;

    private readonly SplitClock _timeProvider = new();
    private readonly CircuitBreaker _breaker;
    private readonly List<CircuitTransition> _events = [];
    private readonly List<(CircuitPermit Permit, long Generation)> _running = [];
    private readonly Dictionary<long, int> _probes = [];
    private readonly int _threshold;

    private int _failures;
    private int _withdrawn;
    private long _now;
    private long _until;
    private CircuitState _state = CircuitState.Closed;
    private long _generation;
    private int _admitted;
    private int _ended;

    public CircuitModel(int threshold)
    {
        _threshold = threshold;
        _breaker = new CircuitBreaker(
            "model",
            new CircuitBreakerOptions
            {
                FailureThreshold = threshold,
                RecoveryTimeout = TimeSpan.FromSeconds(Recovery),
                ProbeLease = TimeSpan.FromSeconds(Lease),
                OnTransition = _events.Add,
            },
            timeProvider: _timeProvider);
    }

    public void Run((int Kind, int Pick)[] commands)
    {
        foreach ((var kind, var pick) in commands)
        {
            switch (kind)
            {
                case < 8:
                    Begin();
                    break;
                case < 16 when _running.Count > 0:
                    End(pick % _running.Count, kind % 4);
                    break;
                case < 18:
                    Pass(pick * 5);
                    break;
                case 18 when pick == 0:
                    _breaker.Isolate();
                    _withdrawn = 0;
                    Enter(CircuitState.Isolated);
                    break;
                case 19 when pick < 2:
                    _breaker.Reset();
                    _withdrawn = 0;
                    Enter(CircuitState.Closed);
                    break;
                default:
                    break;
            }

            Check();
        }
    }

    /// <summary>I3: calls that end in success keep coming; the circuit must be closed within R + L.</summary>
    public void Recover()
    {
        if (_state == CircuitState.Isolated)
        {
            _breaker.Reset();
            Enter(CircuitState.Closed);
        }

        for (var second = 0; second <= Recovery + Lease && _breaker.State != CircuitState.Closed; second++)
        {
            if (_breaker.TryEnter(out var permit))
            {
                permit.RecordSuccess();
            }

            _timeProvider.Move(TimeSpan.FromSeconds(1));
        }

        Require(_breaker.State == CircuitState.Closed, "I3: closed again in time");
    }

    private void Begin()
    {
        var probing = _state is CircuitState.Open or CircuitState.HalfOpen && _now >= _until;
        var expected = _state == CircuitState.Closed || probing;

        var admitted = _breaker.TryEnter(out var permit, out var rejection);

        Require(admitted == expected, "I4: admitted exactly when closed or due for a probe");
        if (!admitted)
        {
            var wait = _state == CircuitState.Isolated ? TimeSpan.MaxValue : TimeSpan.FromSeconds(_until - _now);
            Require(rejection.RetryAfter == wait, $"RetryAfter is {rejection.RetryAfter}, not {wait}");
            return;
        }

        if (probing)
        {
            Enter(CircuitState.HalfOpen, Lease);
            _probes[_generation] = _probes.GetValueOrDefault(_generation) + 1;
        }

        Require(permit.IsProbe == probing && permit.Generation == _generation, "the permit is of this generation");
        _admitted++;
        _running.Add((permit, _generation));
    }

    private void End(int index, int kind)
    {
        (var permit, var generation) = _running[index];
        _running.RemoveAt(index);
        _ended++;
        var current = generation == _generation;

        var result = kind switch
        {
            0 => permit.RecordSuccess(),
            1 => permit.RecordNeutral(),
            _ => permit.RecordFailure(),
        };

        Require(result == current, "an outcome counts exactly in its own generation");
        if (current)
        {
            Apply(kind);
        }
    }

    private void Apply(int kind)
    {
        var probe = _state == CircuitState.HalfOpen;
        switch (kind)
        {
            case 0 when probe:
                _withdrawn = 0;
                Enter(CircuitState.Closed);
                break;
            case 0:
                _failures = 0;
                break;
            case 1 when probe:
                _withdrawn = (_withdrawn + 1) % 2;
                Enter(CircuitState.Open, _withdrawn == 0 ? Recovery : 0);
                break;
            case 1:
                break;
            default:
                if (probe || ++_failures >= _threshold)
                {
                    _withdrawn = 0;
                    Enter(CircuitState.Open, Recovery);
                }

                break;
        }
    }

    private void Pass(int seconds)
    {
        _now += seconds;
        _timeProvider.Move(TimeSpan.FromSeconds(seconds));
    }

    private void Enter(CircuitState state, int seconds = 0)
    {
        _state = state;
        _generation++;
        _failures = 0;
        _until = _now + seconds;
    }

    private void Check()
    {
        var due = _state is CircuitState.Open or CircuitState.HalfOpen && _now >= _until;
        Require(_breaker.State == (due ? CircuitState.HalfOpenReady : _state), $"the state is {_breaker.State}, not {_state}");
        Require(_breaker.Generation == _generation && _breaker.ConsecutiveFailures == _failures, "generation and failures");
        Require(_probes.Values.All(n => n == 1), "I1: one probe in each half-open generation");
        Require(_events.Select(e => e.Generation).SequenceEqual(Enumerable.Range(1, (int)_generation).Select(g => (long)g)), "I5: generations grow by one");
        Require(_admitted == _ended + _running.Count, "I6: what was admitted ended or runs");
        var mayOpen = true;
        foreach (var e in _events)
        {
            Require(e.Reason != CircuitTransitionReason.FailureThreshold || mayOpen, "I2: it closes between two openings");
            mayOpen = e.To == CircuitState.Closed || (mayOpen && e.Reason != CircuitTransitionReason.FailureThreshold);
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
