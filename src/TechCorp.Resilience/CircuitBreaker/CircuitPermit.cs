namespace TechCorp.Resilience;

/// <summary>The right to make one call, bound to the generation that admitted it. Report its outcome once.</summary>
/// <remarks>
/// A permit whose outcome is never reported does no harm to a closed circuit; a half-open one waits for the probe's lease. The three methods may be called
/// on any thread. Reporting twice while the circuit is closed counts twice.
/// </remarks>
public readonly struct CircuitPermit
{
    private readonly CircuitEpoch? _epoch;

    private readonly long _admittedAt; // 0 when the circuit does not time calls

    internal CircuitPermit(CircuitEpoch epoch, long admittedAt)
    {
        _epoch = epoch;
        _admittedAt = admittedAt;
    }

    /// <summary>The generation that admitted the call.</summary>
    public long Generation => Epoch.Generation;

    /// <summary>Whether this call decides if a half-open circuit closes.</summary>
    public bool IsProbe => Epoch is HalfOpenEpoch;

    internal bool IsNone => _epoch is null;

    private CircuitEpoch Epoch => _epoch ?? throw new InvalidOperationException("This permit comes from no circuit; take one with TryEnter.");

    /// <summary>Reports that the dependency answered; too late, with <see cref="CircuitBreakerOptions.SlowCallDuration"/>, counts as a failure.</summary>
    /// <returns>Whether the outcome counted; <see langword="false"/> when the circuit has changed its state since it admitted the call.</returns>
    public bool RecordSuccess()
    {
        var epoch = Epoch;
        return epoch.Circuit.RecordSuccess(epoch, _admittedAt);
    }

    /// <summary>Reports that the dependency failed.</summary>
    /// <param name="cause">The exception, if it was one; kept while the circuit is open.</param>
    /// <returns>Whether the outcome counted; <see langword="false"/> when the circuit has changed its state since it admitted the call.</returns>
    public bool RecordFailure(Exception? cause = null)
    {
        var epoch = Epoch;
        return epoch.Circuit.RecordFailure(epoch, cause);
    }

    /// <summary>Reports that the call says nothing about the dependency: its caller gave up. The next call may probe in the place of a
    /// probe; after a second one in a row when the recovery time has passed again.</summary>
    /// <returns>Whether the outcome counted; <see langword="false"/> when the circuit has changed its state since it admitted the call.</returns>
    public bool RecordNeutral()
    {
        var epoch = Epoch;
        return epoch.Circuit.RecordNeutral(epoch);
    }
}
