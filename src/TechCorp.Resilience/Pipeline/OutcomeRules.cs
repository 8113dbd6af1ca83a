namespace TechCorp.Resilience;

/// <summary>Which exceptions count as failures, for circuit breaker and retry alike. Every exception does unless a rule here says otherwise.</summary>
/// <remarks>
/// <para>Rules are asked in the order in which they were added; the first that fits decides. Copied at construction of what uses them.</para>
/// <para>
/// No rule is asked about a cancellation by the caller, which is always neutral. Without a rule, <see cref="CircuitOpenException"/> is neutral and
/// <see cref="ArgumentException"/> is a failure that is not retried.
/// </para>
/// </remarks>
public sealed class OutcomeRules
{
    private readonly List<Rule> _rules = [];

    /// <summary>Exceptions of this type, or derived from it, say nothing about the dependency and are not retried.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    public OutcomeRules Ignore<TException>()
        where TException : Exception => Add(static exception => exception is TException ? new Verdict(OutcomeClass.Neutral, MayRetry: false) : null);

    /// <summary>Exceptions of this type, or derived from it, show that the dependency answers, and are not retried.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    public OutcomeRules TreatAsSuccess<TException>()
        where TException : Exception => Add(static exception => exception is TException ? new Verdict(OutcomeClass.Success, MayRetry: false) : null);

    /// <summary>Exceptions of this type, or derived from it, are failures that another attempt would only repeat.</summary>
    /// <typeparam name="TException">The type.</typeparam>
    public OutcomeRules DoNotRetry<TException>()
        where TException : Exception => Add(static exception => exception is TException ? new Verdict(OutcomeClass.Failure, MayRetry: false) : null);

    /// <summary>Asks a function of your own. What it throws replaces the exception of the call, which then counts as a failure.</summary>
    /// <param name="classify">Returns the class of an exception, or <see langword="null"/> to leave it to the next rule. Must be thread-safe.</param>
    public OutcomeRules Classify(Func<Exception, OutcomeClass?> classify)
    {
        ArgumentNullException.ThrowIfNull(classify);
        return Add(exception => classify(exception) is { } outcome ? new Verdict(outcome, MayRetry: outcome == OutcomeClass.Failure) : null);
    }

    internal OutcomeRules Copy()
    {
        var copy = new OutcomeRules();
        copy._rules.AddRange(_rules);
        return copy;
    }

    internal Verdict Judge(Exception exception)
    {
        if (IsFatal(exception))
        {
            return new Verdict(OutcomeClass.Failure, MayRetry: false);
        }

        foreach (var rule in _rules)
        {
            if (rule(exception) is { } verdict)
            {
                return verdict;
            }
        }

        return exception switch
        {
            CircuitOpenException => new Verdict(OutcomeClass.Neutral, MayRetry: false),
            ArgumentException => new Verdict(OutcomeClass.Failure, MayRetry: false),
            _ => new Verdict(OutcomeClass.Failure, MayRetry: true),
        };
    }

    /// <summary>The process itself is ill: such an exception is counted, and neither retried nor replaced.</summary>
    internal static bool IsFatal(Exception? exception)
        => exception is OutOfMemoryException or InsufficientExecutionStackException or AccessViolationException or ThreadInterruptedException;

    private OutcomeRules Add(Rule rule)
    {
        _rules.Add(rule);
        return this;
    }

    private delegate Verdict? Rule(Exception exception);
}
