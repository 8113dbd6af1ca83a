using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>
/// Stops calling a dependency that fails: opens after a number of failures in a row, admits one probe after the recovery time, and closes when the probe
/// succeeds. A pipeline of one stage. Safe for use by many threads.
/// </summary>
/// <remarks>
/// An outcome counts only in the generation that admitted its call: a slow answer from before a transition changes nothing. A probe that is canceled
/// by its caller is given up at once; one that hangs is given up when its lease ends. The next call may then probe; after a second probe in a row that its
/// caller canceled only when the recovery time has passed again. Wall-clock changes have no effect.
/// </remarks>
[DebuggerDisplay("{Name,nq}: {State}, generation {Generation}, {ConsecutiveFailures} failures")]
public sealed class CircuitBreaker : ResiliencePipeline
{
    /// <summary>Makes a closed circuit; by default it opens after 5 failures in a row, for 30 s.</summary>
    /// <param name="name">Names it in exceptions, logs and metrics.</param>
    /// <param name="options">Thresholds and callbacks. Default: <see cref="CircuitBreakerOptions"/> as it is.</param>
    /// <param name="outcomes">Which exceptions are failures. Default: all are.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public CircuitBreaker(
        string name,
        CircuitBreakerOptions? options = null,
        OutcomeRules? outcomes = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
        : base(new PipelineStages(name, timeProvider, logger) { CircuitBreaker = options ?? new CircuitBreakerOptions(), Outcomes = outcomes })
    {
    }

    /// <summary>What happens to the next call. Reading changes nothing.</summary>
    public CircuitState State => Circuit.State;

    /// <summary>Grows by one with each transition; starts at 0.</summary>
    public long Generation => Circuit.Generation;

    /// <summary>Failures in a row while closed; otherwise 0.</summary>
    public int ConsecutiveFailures => Circuit.Failures;

    /// <summary>
    /// How long calls are rejected for certain; zero while a call may be admitted, also while a probe runs, which may end at any moment;
    /// <see cref="TimeSpan.MaxValue"/> while isolated.
    /// </summary>
    public TimeSpan RetryAfter => Circuit.SureRejection().RetryAfter;

    internal override CircuitMemory Memory => State switch
    {
        CircuitState.Closed => ConsecutiveFailures == 0 ? CircuitMemory.None : CircuitMemory.Failures,
        CircuitState.HalfOpenReady => CircuitMemory.Failures,
        CircuitState.Isolated => CircuitMemory.Isolated,
        _ => CircuitMemory.Open,
    };

    private Circuit Circuit => Executor.Circuit!;

    /// <summary>Asks to make one call, whose outcome the caller reports to the permit. Never throws.</summary>
    /// <param name="permit">The right to make the call, when it is given.</param>
    /// <returns>Whether the call may be made.</returns>
    public bool TryEnter(out CircuitPermit permit) => Circuit.TryEnter(out permit);

    internal bool TryEnter(out CircuitPermit permit, out CircuitRejection rejection) => Circuit.TryEnter(out permit, out rejection);

    /// <summary>Rejects every call until <see cref="Reset"/>. Outcomes of running calls are ignored.</summary>
    public void Isolate() => Circuit.Isolate();

    /// <summary>Closes the circuit and forgets its failures. Outcomes of running calls are ignored.</summary>
    public void Reset() => Circuit.Reset();
}
