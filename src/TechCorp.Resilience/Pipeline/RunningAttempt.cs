using System.Runtime.InteropServices;

namespace TechCorp.Resilience;

/// <summary>An attempt that was begun, or rejected by the circuit before it began.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RunningAttempt<TResult>
{
    public RunningAttempt(ValueTask<TResult> pending, CircuitPermit permit, AttemptTimer? timer)
    {
        Pending = pending;
        Permit = permit;
        Timer = timer;
    }

    public RunningAttempt(CircuitRejection rejection) => Rejection = rejection;

    public ValueTask<TResult> Pending { get; }

    public CircuitPermit Permit { get; }

    public AttemptTimer? Timer { get; }

    public CircuitRejection Rejection { get; }

    public bool IsRejected => !Rejection.IsNone;
}
