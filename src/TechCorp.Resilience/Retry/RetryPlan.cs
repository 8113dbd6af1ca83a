namespace TechCorp.Resilience;

/// <summary>Decides whether and when an attempt is repeated. No clock, no wait; the budget is the only thing it changes.</summary>
internal sealed class RetryPlan(RetryOptions options)
{
    internal RetryOptions Options => options;

    /// <summary>Decides after a failure.</summary>
    /// <param name="attempts">Attempts and waits for the circuit so far.</param>
    /// <param name="asked">The wait that the dependency asks for, if it does.</param>
    /// <param name="circuitWait">How long the circuit would reject from now; zero if it would not.</param>
    /// <param name="left">Time to the deadline.</param>
    /// <param name="delay">The wait, when the answer is <see cref="RetryStop.None"/>.</param>
    /// <param name="pays">Whether what follows is a retry: a first attempt that waits for the circuit is none and costs no budget.</param>
    internal RetryStop Decide(int attempts, TimeSpan? asked, TimeSpan circuitWait, TimeSpan left, out TimeSpan delay, bool pays = true)
    {
        delay = default;
        if (attempts >= options.MaxAttempts)
        {
            return RetryStop.AttemptsExhausted;
        }

        if (asked > options.MaxDelay || asked >= left)
        {
            return RetryStop.RetryAfterTooLong;
        }

        delay = new Backoff(options.BaseDelay, options.MaxDelay).After(attempts);
        if (options.Jitter != JitterKind.None)
        {
            delay = Backoff.Spread(delay, options.Jitter == JitterKind.Full ? 1 : 0.5, NextChance());
        }

        delay = asked > delay ? asked.Value : delay;
        if (circuitWait > delay)
        {
            if (!options.WaitForCircuit || circuitWait > OptionsCheck.MaxTimer)
            {
                return RetryStop.CircuitOpen;
            }

            delay = circuitWait;
        }

        return delay >= left ? RetryStop.DeadlineTooClose
            : pays && options.Budget?.TryTake() == false ? RetryStop.BudgetExhausted
            : RetryStop.None;
    }

    private double NextChance()
    {
        if (options.Random is not { } random)
        {
            return Random.Shared.NextDouble();
        }

        lock (random) // not a lock of our own: other plans may have been given the same one
        {
            return random.NextDouble();
        }
    }
}
