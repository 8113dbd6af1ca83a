using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Limits the time of a call: a pipeline of one stage. Safe for use by many threads.</summary>
internal sealed class TimeoutPolicy : ResiliencePipeline
{
    /// <summary>Makes a timeout; by default 5 s, cooperative.</summary>
    /// <param name="name">Names it in exceptions and metrics.</param>
    /// <param name="options">The limit. Default: <see cref="TimeoutOptions"/> as it is.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    internal TimeoutPolicy(string name, TimeoutOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
        : base(new PipelineStages(name, timeProvider, logger) { Timeout = options ?? new TimeoutOptions() })
    {
    }
}
