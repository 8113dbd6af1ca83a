namespace TechCorp.Resilience;

/// <summary>Counts the calls of the last while, in ten steps, so that a circuit can open on their failure ratio. A call counts from its end for at least nine
/// and at most ten tenths of the duration.</summary>
/// <remarks>A success costs one reading of the clock and one interlocked increment. Only a failure, and a step that begins, take the lock.</remarks>
internal sealed class CallWindow
{
    private const int Steps = 10;

    private readonly Lock _gate = new();
    private readonly Step?[] _steps = new Step?[Steps]; // written under _gate
    private readonly MonotonicClock _clock;
    private readonly TimeSpan _step;
    private volatile Step _current; // written under _gate

    internal CallWindow(MonotonicClock clock, TimeSpan duration)
    {
        _clock = clock;
        _step = duration / Steps;
        var now = clock.Now;
        _current = new Step(0, clock.Add(now, _step));
        _steps[0] = _current;
    }

    internal void AddSuccess() => Interlocked.Increment(ref CurrentStep().Calls);

    /// <summary>Counts a failed call.</summary>
    /// <returns>The calls of the window and the failed ones among them, this one included.</returns>
    internal (long Calls, long Failures) AddFailure()
    {
        lock (_gate)
        {
            var current = CurrentStep();
            Interlocked.Increment(ref current.Calls);
            current.Failures++;
            (long Calls, long Failures) sum = default;
            foreach (var step in _steps)
            {
                if (step is not null && step.Number > current.Number - Steps)
                {
                    sum = (sum.Calls + Volatile.Read(ref step.Calls), sum.Failures + step.Failures);
                }
            }

            return sum;
        }
    }

    private Step CurrentStep()
    {
        var now = _clock.Now;
        var current = _current;
        return now < current.End ? current : Begin(now);
    }

    /// <summary>Begins the step that a timestamp is in. A call that still adds to the step before adds to what is counted there.</summary>
    private Step Begin(long now)
    {
        lock (_gate)
        {
            var current = _current;
            if (now < current.End)
            {
                return current;
            }

            var passed = 1 + (_clock.Until(now, current.End).Ticks / _step.Ticks);
            var next = new Step(current.Number + passed, _clock.Add(current.End, TimeSpan.FromTicks(_step.Ticks * passed)));
            _steps[next.Number % Steps] = next;
            return _current = next;
        }
    }

    private sealed class Step(long number, long end)
    {
        internal long Calls;
        internal long Failures; // guarded by _gate

        internal long Number => number;

        /// <summary>The timestamp at which the next step begins.</summary>
        internal long End => end;
    }
}
