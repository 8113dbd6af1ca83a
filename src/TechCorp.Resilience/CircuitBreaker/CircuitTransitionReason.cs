namespace TechCorp.Resilience;

/// <summary>Why a circuit began a new generation.</summary>
public enum CircuitTransitionReason
{
    /// <summary>The number of failures in a row reached the threshold.</summary>
    FailureThreshold = 1,

    /// <summary>The recovery time had passed when a call came.</summary>
    RecoveryElapsed,

    /// <summary>The probe succeeded.</summary>
    ProbeSucceeded,

    /// <summary>The probe failed.</summary>
    ProbeFailed,

    /// <summary>The probe ended without an answer (its caller canceled it). The next call may probe at once, after a second such
    /// probe in a row when the recovery time has passed again.</summary>
    ProbeWithdrawn,

    /// <summary>The probe did not answer within its lease when the next call came.</summary>
    ProbeLeaseExpired,

    /// <summary><see cref="CircuitBreaker.Isolate"/> was called.</summary>
    Isolated,

    /// <summary><see cref="CircuitBreaker.Reset"/> was called.</summary>
    Reset,

    /// <summary>The part of the calls that failed reached <see cref="CircuitBreakerOptions.FailureRatio"/>.</summary>
    FailureRatio,
}
