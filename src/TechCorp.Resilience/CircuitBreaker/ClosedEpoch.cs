namespace TechCorp.Resilience;

/// <summary>Calls are made and failures in a row are counted.</summary>
internal sealed class ClosedEpoch(Circuit circuit, long generation) : CircuitEpoch(circuit, generation)
{
    private int _failures;

    public override CircuitState State => CircuitState.Closed;

    public int Failures => Volatile.Read(ref _failures);

    public int AddFailure() => Interlocked.Increment(ref _failures);

    /// <summary>Reads first: a write on every success would bounce the cache line between cores.</summary>
    public void ForgetFailures()
    {
        if (_failures != 0)
        {
            Volatile.Write(ref _failures, 0);
        }
    }
}
