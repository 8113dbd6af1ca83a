namespace TechCorp.Resilience;

/// <summary>Why a circuit did not admit a call. Made without throwing or allocating.</summary>
internal readonly struct CircuitRejection
{
    private readonly CircuitEpoch? _epoch;

    internal CircuitRejection(CircuitEpoch epoch, TimeSpan retryAfter)
    {
        _epoch = epoch;
        RetryAfter = retryAfter;
    }

    /// <summary>The state that rejected: <see cref="CircuitState.Open"/>, <see cref="CircuitState.HalfOpen"/> or <see cref="CircuitState.Isolated"/>.</summary>
    internal CircuitState State => _epoch?.State ?? CircuitState.Closed;

    /// <summary>
    /// The earliest time from now at which a call may be admitted; <see cref="TimeSpan.MaxValue"/> for an isolated circuit, which waits for a person.
    /// </summary>
    internal TimeSpan RetryAfter { get; }

    /// <summary>When the circuit opened, in UTC.</summary>
    internal DateTimeOffset OpenedAt => _epoch?.OpenedAt ?? default;

    /// <summary>The generation that rejected.</summary>
    internal long Generation => _epoch?.Generation ?? 0;

    internal bool IsNone => _epoch is null;

    /// <summary>The exception for callers that want one.</summary>
    /// <param name="innerException">What made the caller try again; <see langword="null"/> takes the failure that opened the circuit.</param>
    /// <exception cref="InvalidOperationException">This is the default value.</exception>
    internal CircuitOpenException ToException(Exception? innerException = null) => _epoch is null
        ? throw new InvalidOperationException("The default rejection comes from no circuit.")
        : new CircuitOpenException(_epoch.Circuit.Name, this, innerException ?? _epoch.Cause);
}
