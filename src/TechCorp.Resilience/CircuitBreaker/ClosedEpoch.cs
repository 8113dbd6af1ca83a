namespace TechCorp.Resilience;

/// <summary>Calls are made; failures in a row are counted, and all calls of the last while if a failure ratio opens the circuit.</summary>
internal sealed class ClosedEpoch : CircuitEpoch
{
    /// <summary>Set while there is a window, so that a success that has nothing to do sees that in the one number that it reads anyway.</summary>
    private const int HasWindow = int.MinValue;

    private int _failures;
    private volatile CallWindow? _window;

    internal ClosedEpoch(Circuit circuit, long generation, CallWindow? window = null)
        : base(circuit, generation) => Observe(window);

    internal override CircuitState State => CircuitState.Closed;

    internal int Failures => Volatile.Read(ref _failures) & ~HasWindow;

    internal CallWindow? Window => _window;

    internal int AddFailure() => Interlocked.Increment(ref _failures) & ~HasWindow;

    /// <summary>Reads first: a write on every success would bounce the cache line between cores.</summary>
    internal void AddSuccess()
    {
        if (_failures != 0)
        {
            AddNoticedSuccess();
        }
    }

    /// <summary>Counts calls in another window from now on, or in none. The failures in a row stay.</summary>
    internal void Observe(CallWindow? window)
    {
        _window = window;
        if (window is null)
        {
            Interlocked.And(ref _failures, ~HasWindow);
        }
        else
        {
            Interlocked.Or(ref _failures, HasWindow);
        }
    }

    private void AddNoticedSuccess()
    {
        _window?.AddSuccess();
        if (Failures != 0)
        {
            Interlocked.And(ref _failures, HasWindow);
        }
    }
}
