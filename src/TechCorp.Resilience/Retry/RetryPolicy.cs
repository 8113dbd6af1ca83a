using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Repeats calls that fail: at once, then after 1, 2, 4 and 8 s by default. A pipeline of one stage. Safe for use by many threads.</summary>
public sealed class RetryPolicy : ResiliencePipeline
{
    /// <summary>Makes a retry policy; by default at most 5 attempts, waits of 1, 2, 4, 8 s without jitter.</summary>
    /// <param name="name">Names it in logs and metrics.</param>
    /// <param name="options">Attempts and waits. Default: <see cref="RetryOptions"/> as it is.</param>
    /// <param name="outcomes">Which exceptions are failures. Default: all are; argument errors are not retried.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public RetryPolicy(
        string name,
        RetryOptions? options = null,
        OutcomeRules? outcomes = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
        : base(new PipelineStages(name, timeProvider, logger) { Retry = options ?? new RetryOptions(), Outcomes = outcomes })
    {
    }
}
