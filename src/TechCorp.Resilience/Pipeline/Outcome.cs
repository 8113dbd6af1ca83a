using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TechCorp.Resilience;

/// <summary>How a call ended, without throwing. A rejection by a circuit costs no allocation until <see cref="Exception"/> is asked for.</summary>
/// <typeparam name="TResult">The type of the value.</typeparam>
[DebuggerDisplay("{Status}: {HasValue ? (object)_value : _exception}")]
public readonly struct Outcome<TResult>
{
    private readonly TResult? _value;
    private readonly Exception? _exception;
    private readonly CircuitRejection _rejection;

    private Outcome(OutcomeStatus status, bool hasValue, TResult? value, Exception? exception, CircuitRejection rejection, TimeSpan? retryAfter)
    {
        Status = status;
        HasValue = hasValue;
        _value = value;
        _exception = exception;
        _rejection = rejection;
        RetryAfter = retryAfter;
    }

    /// <summary>How the call ended.</summary>
    public OutcomeStatus Status { get; }

    /// <summary>Whether there is a value: always on success, and for a failure that is a value.</summary>
    public bool HasValue { get; }

    /// <summary>The wait that the dependency or the circuit asked for, when it asked for one and the call failed or was rejected.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The value; the default when there is none.</summary>
    public TResult? Value => _value;

    /// <summary>The exception; <see langword="null"/> when there is a value. Created on each call for a rejection.</summary>
    public Exception? Exception => _exception ?? (_rejection.IsNone ? null : _rejection.ToException());

    /// <summary>The value, or throws <see cref="Exception"/> with its original stack.</summary>
    public TResult GetValueOrThrow()
    {
        if (!HasValue)
        {
            ExceptionDispatchInfo.Throw(Exception ?? new InvalidOperationException("The default outcome has neither a value nor an exception."));
        }

        return _value!;
    }

    internal static Outcome<TResult> Success(TResult value) => new(OutcomeStatus.Success, true, value, null, default, null);

    internal static Outcome<TResult> Failure(TResult value) => new(OutcomeStatus.Failure, true, value, null, default, null);

    internal static Outcome<TResult> Failure(Exception exception) => new(OutcomeStatus.Failure, false, default, exception, default, null);

    /// <summary>A cancellation by the caller: its exception carries the caller's token, whichever token the operation observed and whatever it threw.</summary>
    internal static Outcome<TResult> Canceled(Exception thrown, CancellationToken cancellationToken)
        => new(OutcomeStatus.Canceled, false, default, CallerCancellation.Of(thrown, cancellationToken), default, null);

    internal static Outcome<TResult> Rejected(CircuitRejection rejection)
        => new(OutcomeStatus.Rejected, false, default, null, rejection, rejection.RetryAfter);

    internal static Outcome<TResult> Rejected(ConcurrencyLimitException rejection) => new(OutcomeStatus.Rejected, false, default, rejection, default, null);

    internal static Outcome<TResult> Rejected(CircuitRejection rejection, Exception? lastFailure) => lastFailure is null
        ? Rejected(rejection)
        : new(OutcomeStatus.Rejected, false, default, rejection.ToException(lastFailure), default, rejection.RetryAfter);

    internal Outcome<TResult> WithRetryAfter(TimeSpan? retryAfter) => new(Status, HasValue, _value, _exception, _rejection, retryAfter);
}
