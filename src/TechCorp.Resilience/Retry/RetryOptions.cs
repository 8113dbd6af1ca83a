namespace TechCorp.Resilience;

/// <summary>How many times and when a failed call is repeated. Copied at construction: later changes have no effect.</summary>
public sealed class RetryOptions
{
    /// <summary>Attempts in all, the first included. Default: 5.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The wait before the second attempt; each further wait is twice as long. Default: 1 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait. A dependency that asks for a longer one is not asked again in this call. Default: 8 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How the waits are randomized. Default: <see cref="JitterKind.None"/>, the waits are exact.</summary>
    /// <remarks>With jitter, a wait that the dependency asks for is spread upwards: from that wait to one step of the back-off beyond it.</remarks>
    public JitterKind Jitter { get; set; }

    /// <summary>The source of randomness, for reproducible waits; used by one thread at a time. Default: <see cref="System.Random.Shared"/>.</summary>
    public Random? Random { get; set; }

    /// <summary>Whether a call waits for an open circuit, if the wait ends before the deadline. Default: no, it ends at once.</summary>
    public bool WaitForCircuit { get; set; }

    /// <summary>Finds the wait that an exception asks for, a lower bound of the back-off. Default: none asks.</summary>
    public Func<Exception, TimeSpan?>? RetryAfter { get; set; }

    /// <summary>The budget that this policy shares with the others of one dependency. Default: none, every retry is allowed.</summary>
    /// <remarks>An HTTP handler calls many dependencies: each authority gets its own budget with the limits of this one.</remarks>
    public RetryBudget? Budget { get; set; }

    /// <summary>Called before each wait. What it throws goes to <see cref="OnCallbackError"/> and the log and changes no call. Default: none.</summary>
    public Action<RetryNotice>? OnRetry { get; set; }

    /// <summary>Called with what <see cref="OnRetry"/> throws. Default: none; it is logged in any case.</summary>
    public Action<Exception>? OnCallbackError { get; set; }

    internal RetryOptions Copy() => (RetryOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (MaxAttempts < 1)
        {
            yield return $"{nameof(MaxAttempts)} must be at least 1; it is {MaxAttempts}.";
        }

        if (BaseDelay < TimeSpan.Zero)
        {
            yield return $"{nameof(BaseDelay)} must not be negative; it is {BaseDelay}.";
        }

        if (MaxDelay < BaseDelay || MaxDelay > OptionsCheck.MaxTimer)
        {
            yield return $"{nameof(MaxDelay)} must be at least {nameof(BaseDelay)} ({BaseDelay}) and at most {OptionsCheck.MaxTimer}; it is {MaxDelay}.";
        }

        if (!Enum.IsDefined(Jitter))
        {
            yield return $"{nameof(Jitter)} must be a {nameof(JitterKind)}; it is {Jitter}.";
        }
    }
}
