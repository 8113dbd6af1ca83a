namespace TechCorp.Resilience;

/// <summary>Calls are made and failures in a row are counted.</summary>
internal sealed class ClosedEpoch(Circuit circuit, long generation) : CircuitEpoch(circuit, generation)
{
    private int _failures;

    internal override CircuitState State => CircuitState.Closed;

    internal int Failures => Volatile.Read(ref _failures);

    internal int AddFailure() => Interlocked.Increment(ref _failures);

    /// <summary>Reads first: a write on every success would bounce the cache line between cores.</summary>
    internal void ForgetFailures()
    {
        if (_failures != 0)
        {
            Volatile.Write(ref _failures, 0);
        }
    }
}
