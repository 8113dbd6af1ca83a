using TechCorp.Resilience;

namespace TechCorp.Messaging;

/// <summary>Decides what becomes of a delivery after an attempt. Plain code.</summary>
internal static class SettlementDecision
{
    /// <summary>Where there is no retry queue, the handler of a postponed message is asked again after no longer than this.</summary>
    internal static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    /// <summary>… and after no less than this: it must not spin.</summary>
    internal static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(1);

    /// <summary>A postponed message that came this long ago is given back: half of what the broker lets a consumer hold one (30 min by default), as those behind it wait too.</summary>
    internal static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(15);

    /// <param name="result">How the attempt ended.</param>
    /// <param name="attemptsBefore">The attempts counted before this delivery, from its header.</param>
    /// <param name="attemptsHere">The handler calls for this delivery, the ended one included.</param>
    /// <param name="policy">The queue's policy.</param>
    internal static Verdict Decide(AttemptResult result, int attemptsBefore, int attemptsHere, DeliveryPolicy policy) => result.End switch
    {
        AttemptEnd.Succeeded => new Verdict(VerdictKind.Acknowledge, attemptsBefore + attemptsHere),
        AttemptEnd.Stopped => new Verdict(VerdictKind.Requeue, attemptsBefore),
        AttemptEnd.Unhandleable => new Verdict(VerdictKind.DeadLetter, attemptsBefore + attemptsHere, Reason: result.Reason),
        _ => AfterFailure(Unwrap(result.Exception), attemptsBefore, attemptsHere, policy),
    };

    private static Verdict AfterFailure(Exception? exception, int attemptsBefore, int attemptsHere, DeliveryPolicy policy)
    {
        var attempts = attemptsBefore + attemptsHere;
        if (exception is UnreadableBodyException)
        {
            return new Verdict(VerdictKind.DeadLetter, attempts, Reason: DeadLetterReason.Unreadable);
        }

        if (exception is PermanentFailureException)
        {
            return new Verdict(VerdictKind.DeadLetter, attempts, Reason: DeadLetterReason.PermanentFailure);
        }

        if (PostponedBy(exception) is { } wait)
        {
            // The attempts of this delivery do not count: the copy says what the delivery said.
            return policy.Delays.Count == 0
                ? new Verdict(VerdictKind.HoldAndTryAgain, attemptsBefore, TimeSpan.FromTicks(Math.Clamp(wait.Ticks, ShortestHold.Ticks, LongestHold.Ticks)), IsPostponed: true)
                : new Verdict(VerdictKind.RetryAfter, attemptsBefore, StepFor(wait, policy.Delays), IsPostponed: true);
        }

        if (attemptsHere < policy.ImmediateAttempts)
        {
            return new Verdict(VerdictKind.TryAgain, attempts);
        }

        var step = (attempts - 1) / policy.ImmediateAttempts;
        return step < policy.Delays.Count
            ? new Verdict(VerdictKind.RetryAfter, attempts, policy.Delays[step])
            : new Verdict(VerdictKind.DeadLetter, attempts, Reason: DeadLetterReason.AttemptsExhausted);
    }

    /// <summary>How long the handler asked to wait; null when it did not ask.</summary>
    private static TimeSpan? PostponedBy(Exception? exception) => exception switch
    {
        RetryLaterException later => later.Delay > TimeSpan.Zero ? later.Delay : TimeSpan.Zero,
        CircuitOpenException open => open.RetryAfter > TimeSpan.Zero ? open.RetryAfter : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>The smallest step that is not under the wait, else the longest.</summary>
    private static TimeSpan StepFor(TimeSpan wait, IReadOnlyList<TimeSpan> delays)
    {
        TimeSpan? step = null;
        foreach (var delay in delays)
        {
            step = delay >= wait && (step is null || delay < step) ? delay : step;
        }

        return step ?? delays.Max();
    }

    private static Exception? Unwrap(Exception? exception)
        => exception is AggregateException { InnerExceptions: [var only] } ? Unwrap(only) : exception;
}
