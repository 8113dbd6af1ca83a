using System.Runtime.InteropServices;

namespace TechCorp.Resilience;

/// <summary>How an attempt ended, and what that says about the dependency.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EndedAttempt<TResult>(Outcome<TResult> Outcome, OutcomeClass Class, FailedResultException? FailedResult = null)
{
    /// <summary>What went wrong: the exception, or what stands for a failing result.</summary>
    internal Exception? Evidence => FailedResult ?? Outcome.Exception;

    internal bool IsFailure => Class is OutcomeClass.Failure or OutcomeClass.PermanentFailure;

    /// <summary>The circuit rejected the attempt.</summary>
    internal static EndedAttempt<TResult> Rejected(CircuitRejection rejection, Exception? lastFailure)
        => new(Outcome<TResult>.Rejected(rejection, lastFailure), OutcomeClass.Neutral);

    /// <summary>A callback that classifies outcomes threw.</summary>
    internal static EndedAttempt<TResult> Unclassified(Exception exception) => new(Outcome<TResult>.Failure(exception), OutcomeClass.PermanentFailure);
}
