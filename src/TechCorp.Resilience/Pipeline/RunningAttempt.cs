using System.Runtime.InteropServices;

namespace TechCorp.Resilience;

/// <summary>An attempt that was begun, or rejected by the circuit before it began.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RunningAttempt<TResult>
{
    internal RunningAttempt(ValueTask<TResult> pending, CircuitPermit permit, AttemptTimer? timer)
    {
        Pending = pending;
        Permit = permit;
        Timer = timer;
    }

    internal RunningAttempt(CircuitRejection rejection) => Rejection = rejection;

    internal ValueTask<TResult> Pending { get; }

    internal CircuitPermit Permit { get; }

    internal AttemptTimer? Timer { get; }

    internal CircuitRejection Rejection { get; }

    internal bool IsRejected => !Rejection.IsNone;
}
