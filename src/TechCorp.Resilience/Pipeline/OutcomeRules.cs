using System.Net;

namespace TechCorp.Resilience;

/// <summary>Which exceptions count as failures, for circuit breaker and retry alike. Every exception does unless a rule here says otherwise.</summary>
/// <remarks>
/// <para>
/// Rules are asked in the order in which they were added; the first that fits decides. What a rule's condition throws replaces the exception of the call,
/// which then is a failure that is not retried. The rules are copied when a pipeline is made.
/// </para>
/// <para>
/// An <see cref="AggregateException"/> that no rule names is judged by the exceptions in it: one that is a failure makes it a failure, and it
/// is ignored only if all of them are.
/// </para>
/// <para>
/// No rule is asked about what an operation throws after its caller has canceled: that is neutral, whatever it is. What it throws after a limit has passed is
/// judged as the <see cref="TimeoutRejectedException"/> that it becomes. Without a rule, <see cref="CircuitOpenException"/> and
/// <see cref="ConcurrencyLimitException"/> are neutral,
/// <see cref="ArgumentException"/> is a failure that is not retried, and an <see cref="HttpRequestException"/> whose status is below 500 and neither 408 nor
/// 429 is an answer: a success for the circuit, not retried.
/// </para>
/// </remarks>
public sealed class OutcomeRules
{
    private readonly List<Rule> _rules = [];

    /// <summary>Exceptions of this type, or derived from it, say nothing about the dependency and are not retried.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    /// <param name="when">Narrows the rule to some of them; must be thread-safe. Default: all.</param>
    public OutcomeRules Ignore<TException>(Func<TException, bool>? when = null)
        where TException : Exception => Add(OutcomeClass.Neutral, when);

    /// <summary>Exceptions of this type, or derived from it, show that the dependency answers, and are not retried.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    /// <param name="when">Narrows the rule to some of them; must be thread-safe. Default: all.</param>
    public OutcomeRules TreatAsSuccess<TException>(Func<TException, bool>? when = null)
        where TException : Exception => Add(OutcomeClass.Success, when);

    /// <summary>Exceptions of this type, or derived from it, are failures that may be retried: for types that are not by default.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    /// <param name="when">Narrows the rule to some of them; must be thread-safe. Default: all.</param>
    public OutcomeRules TreatAsFailure<TException>(Func<TException, bool>? when = null)
        where TException : Exception => Add(OutcomeClass.Failure, when);

    /// <summary>Exceptions of this type, or derived from it, are failures that another attempt would only repeat.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    /// <param name="when">Narrows the rule to some of them; must be thread-safe. Default: all.</param>
    public OutcomeRules DoNotRetry<TException>(Func<TException, bool>? when = null)
        where TException : Exception => Add(OutcomeClass.PermanentFailure, when);

    internal OutcomeRules Copy()
    {
        var copy = new OutcomeRules();
        copy._rules.AddRange(_rules);
        return copy;
    }

    internal OutcomeClass Classify(Exception exception)
    {
        if (IsFatal(exception))
        {
            return OutcomeClass.PermanentFailure;
        }

        foreach (var rule in _rules)
        {
            if (rule(exception) is { } outcomeClass)
            {
                return outcomeClass;
            }
        }

        return exception switch
        {
            CircuitOpenException or ConcurrencyLimitException => OutcomeClass.Neutral,
            ArgumentException => OutcomeClass.PermanentFailure,
            HttpRequestException { StatusCode: { } status } when IsAnswer(status) => OutcomeClass.Success,
            AggregateException { InnerExceptions.Count: > 0 } several => several.InnerExceptions.Max(Classify),
            _ => OutcomeClass.Failure,
        };
    }

    /// <summary>Whether all that was thrown is the rejection of an open circuit or of a concurrency limit.</summary>
    internal static bool IsRejection(Exception? exception)
        => exception is CircuitOpenException or ConcurrencyLimitException
            || (exception is AggregateException { InnerExceptions.Count: > 0 } several && several.InnerExceptions.All(IsRejection));

    /// <summary>The process itself is unhealthy: such an exception is counted, and neither retried nor replaced.</summary>
    internal static bool IsFatal(Exception? exception)
        => exception is OutOfMemoryException or InsufficientExecutionStackException or AccessViolationException or ThreadInterruptedException
            || (exception is AggregateException several && several.InnerExceptions.Any(IsFatal));

    private static bool IsAnswer(HttpStatusCode status)
        => status < HttpStatusCode.InternalServerError && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    private OutcomeRules Add<TException>(OutcomeClass outcomeClass, Func<TException, bool>? when)
        where TException : Exception
    {
        _rules.Add(exception => exception is TException match && (when is null || when(match)) ? outcomeClass : null);
        return this;
    }

    private delegate OutcomeClass? Rule(Exception exception);
}
