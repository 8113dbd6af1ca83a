using System.Runtime.InteropServices;

namespace TechCorp.Resilience;

/// <summary>How an attempt ended, and how that counts.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EndedAttempt<TResult>(Outcome<TResult> Outcome, Verdict Verdict, FailedResultException? FailedResult = null)
{
    /// <summary>What went wrong: the exception, or what stands for a failing result.</summary>
    internal Exception? Evidence => FailedResult ?? Outcome.Exception;

    internal static EndedAttempt<TResult> Broken(Exception exception)
        => new(Outcome<TResult>.Failure(exception), new Verdict(OutcomeClass.Failure, MayRetry: false));
}
