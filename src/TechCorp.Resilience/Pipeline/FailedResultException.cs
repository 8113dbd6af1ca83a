namespace TechCorp.Resilience;

/// <summary>
/// Evidence that a result counted as a failure. It is never thrown: it is the <see cref="CircuitTransition.Cause"/> of a circuit that such a result opened,
/// the inner exception of its <see cref="CircuitOpenException"/>, and what the log shows of a failed attempt.
/// </summary>
internal sealed class FailedResultException : Exception
{
    internal FailedResultException(string name, string? explanation)
        : base(explanation is null
            ? $"'{name}' returned a result that counts as a failure."
            : $"'{name}' returned a result that counts as a failure: {explanation}.")
    {
    }
}
