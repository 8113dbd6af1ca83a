using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>
/// Runs calls that may fail through timeout, retry, circuit breaker and fallback, which know each other: no attempt is spent on an open circuit and
/// no wait is begun that cannot end before the deadline. Safe for use by many threads; make one for each dependency and keep it.
/// </summary>
/// <remarks>
/// <para>
/// A cancellation by the caller is never a failure and throws <see cref="OperationCanceledException"/> with the caller's token, also when the operation reports
/// it with another exception (which is inside) or with a result that counts as a failure. A success is a success, canceled or not.
/// </para>
/// <para>A call whose operation completes synchronously with success allocates nothing, reads no clock and returns the operation's own task.</para>
/// <para>When all attempts fail, the exception of the last one is thrown, as it is, with its stack.</para>
/// </remarks>
[SuppressMessage("ApiDesign", "RS0026",
    Justification = "The overloads differ in their delegate; every one ends in an optional token, as asynchronous methods do.")]
[DebuggerDisplay("{Name,nq}")]
public partial class ResiliencePipeline
{
    private readonly PipelineParts? _parts;
    private volatile PipelineExecutor _executor;

    private protected ResiliencePipeline(PipelineStages stages, PipelineParts? parts = null)
    {
        _executor = new PipelineExecutor(stages);
        _parts = parts;
    }

    /// <summary>The name in exceptions, logs and metrics.</summary>
    public string Name => Executor.Name;

    /// <summary>The circuit of this pipeline, to read its state or to isolate it; <see langword="null"/> when it has none.</summary>
    public CircuitBreaker? CircuitBreaker => this as CircuitBreaker ?? _parts?.CircuitBreaker;

    /// <summary>The most attempts of a call, the first included; 1 without retry.</summary>
    public int MaxAttempts => Executor.MaxAttempts;

    internal PipelineExecutor Executor => _executor;

    /// <summary>What would be lost with it.</summary>
    internal virtual CircuitMemory Memory => _parts?.Memory ?? CircuitMemory.None;

    /// <summary>Makes a pipeline.</summary>
    /// <param name="name">Names it in exceptions, logs and metrics.</param>
    /// <param name="options">Its stages. Default: <see cref="ResiliencePipelineOptions"/> as it is.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public static ResiliencePipeline Create(
        string name,
        ResiliencePipelineOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
    {
        var copy = (options ?? new ResiliencePipelineOptions()).Copy();
        OptionsCheck.Throw(nameof(ResiliencePipelineOptions), copy.Problems());
        var parts = new PipelineParts(name, copy, timeProvider, logger);
        return new ResiliencePipeline(parts.StagesOf(copy), parts);
    }

    /// <summary>Lets new calls follow other options, which are valid; running calls end under those that they began with.</summary>
    internal void Apply(ResiliencePipelineOptions options) => _executor = new PipelineExecutor(_parts!.StagesOf(options.Copy()));
}
