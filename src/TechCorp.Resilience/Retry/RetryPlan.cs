namespace TechCorp.Resilience;

/// <summary>Decides whether and when an attempt is repeated. No clock, no wait; the budget is the only thing it changes.</summary>
internal sealed class RetryPlan(RetryOptions options)
{
    /// <summary>Decides after a failure.</summary>
    /// <param name="attempts">Attempts and waits for the circuit so far.</param>
    /// <param name="requested">The wait that the dependency asks for, if it does.</param>
    /// <param name="circuitWait">How long the circuit would reject from now; zero if it would not.</param>
    /// <param name="left">Time to the deadline.</param>
    /// <param name="delay">The wait, when the answer is <see cref="RetryStop.None"/>.</param>
    /// <param name="isRetry">Whether what follows is a retry: a first attempt that waits for the circuit is none and takes no token of the budget.</param>
    internal RetryStop Decide(int attempts, TimeSpan? requested, TimeSpan circuitWait, TimeSpan left, out TimeSpan delay, bool isRetry = true)
    {
        delay = default;
        if (attempts >= options.MaxAttempts)
        {
            return RetryStop.AttemptsExhausted;
        }

        if (requested > options.MaxDelay || requested >= left)
        {
            return RetryStop.RetryAfterTooLong;
        }

        delay = Delay(attempts, requested, left);
        if (circuitWait > delay)
        {
            if (!options.WaitForCircuit || circuitWait > OptionsCheck.MaxTimer)
            {
                return RetryStop.CircuitOpen;
            }

            delay = circuitWait;
        }

        return delay >= left ? RetryStop.DeadlineTooClose
            : isRetry && options.Budget?.TryTake() == false ? RetryStop.BudgetExhausted
            : RetryStop.None;
    }

    /// <summary>The back-off, with jitter if wanted. A longer wait that the dependency asks for is exact without jitter; with it, it is spread upwards
    /// over one step of the back-off, so that the callers it rejected together do not return together, and none before the time.</summary>
    private TimeSpan Delay(int attempts, TimeSpan? requested, TimeSpan left)
    {
        var step = new Backoff(options.BaseDelay, options.MaxDelay).After(attempts);
        if (options.Jitter == JitterKind.None)
        {
            return requested > step ? requested.Value : step;
        }

        if (requested is { } asked && asked > TimeSpan.Zero)
        {
            var room = left - asked;
            return asked + Backoff.Spread(step < room ? step : room, share: 1, NextChance());
        }

        return Backoff.Spread(step, options.Jitter == JitterKind.Full ? 1 : 0.5, NextChance());
    }

    private double NextChance()
    {
        if (options.Random is not { } random)
        {
            return Random.Shared.NextDouble();
        }

        lock (random) // not a private lock: other plans may use the same source
        {
            return random.NextDouble();
        }
    }
}
