namespace TechCorp.Resilience;

/// <summary>Reads one pipeline from its configuration section. A stage that code left out comes back when it is configured.</summary>
internal static class PipelineReader
{
    internal static void Read(SectionReader section, ResiliencePipelineOptions options)
    {
        section.Section(nameof(options.Timeout), stage => options.Timeout = Stage(stage, options.Timeout, Read));
        section.Section(nameof(options.Retry), stage => options.Retry = Stage(stage, options.Retry, Read));
        section.Section(nameof(options.CircuitBreaker), stage => options.CircuitBreaker = Stage(stage, options.CircuitBreaker, Read));
        section.Section(nameof(options.ConcurrencyLimit), stage => options.ConcurrencyLimit = Stage(stage, options.ConcurrencyLimit, Read));
        section.Duration(nameof(options.Deadline), value => options.Deadline = value);
        section.Boolean(nameof(options.FallbackOnFailure), value => options.FallbackOnFailure = value);
    }

    /// <summary>A stage is left out with <c>Enabled=false</c>; its other keys are checked all the same.</summary>
    private static T? Stage<T>(SectionReader section, T? stage, Action<SectionReader, T> read)
        where T : class, new()
    {
        var (configured, enabled) = (stage ?? new T(), true);
        section.Boolean("Enabled", value => enabled = value);
        read(section, configured);
        return !enabled ? null : section.IsEmpty ? stage : configured;
    }

    private static void Read(SectionReader section, TimeoutOptions options)
    {
        section.Duration(nameof(options.Timeout), value => options.Timeout = value);
        section.Choice<TimeoutMode>(nameof(options.Mode), value => options.Mode = value);
    }

    private static void Read(SectionReader section, RetryOptions options)
    {
        section.Int32(nameof(options.MaxAttempts), value => options.MaxAttempts = value);
        section.Duration(nameof(options.BaseDelay), value => options.BaseDelay = value);
        section.Duration(nameof(options.MaxDelay), value => options.MaxDelay = value);
        section.Choice<JitterKind>(nameof(options.Jitter), value => options.Jitter = value);
        section.Boolean(nameof(options.WaitForCircuit), value => options.WaitForCircuit = value);
    }

    private static void Read(SectionReader section, CircuitBreakerOptions options)
    {
        section.Int32(nameof(options.FailureThreshold), value => options.FailureThreshold = value);
        section.Duration(nameof(options.RecoveryTimeout), value => options.RecoveryTimeout = value);
        section.Duration(nameof(options.ProbeLease), value => options.ProbeLease = value);
        section.Double(nameof(options.RecoveryGrowth), value => options.RecoveryGrowth = value);
        section.Duration(nameof(options.MaxRecoveryTimeout), value => options.MaxRecoveryTimeout = value);
        section.Double(nameof(options.RecoveryJitter), value => options.RecoveryJitter = value);
        section.Double(nameof(options.FailureRatio), value => options.FailureRatio = value);
        section.Int32(nameof(options.MinimumThroughput), value => options.MinimumThroughput = value);
        section.Duration(nameof(options.SamplingDuration), value => options.SamplingDuration = value);
        section.Duration(nameof(options.SlowCallDuration), value => options.SlowCallDuration = value);
    }

    private static void Read(SectionReader section, ConcurrencyLimitOptions options)
    {
        section.Int32(nameof(options.PermitLimit), value => options.PermitLimit = value);
        section.Int32(nameof(options.QueueLimit), value => options.QueueLimit = value);
    }
}
