using Microsoft.Extensions.Configuration;

namespace TechCorp.Resilience;

/// <summary>Reads one pipeline from its configuration section, without reflection. A stage that code left out comes back when it is configured.</summary>
internal sealed class PipelineReader(List<string> problems)
{
    internal void Read(IConfigurationSection section, ResiliencePipelineOptions options)
    {
        foreach (var child in section.GetChildren())
        {
            var setting = new Setting(child, problems);
            switch (child.Key.ToUpperInvariant())
            {
                case "TIMEOUT":
                    options.Timeout = IsOff(child) ? null : Read(child, options.Timeout ?? new TimeoutOptions());
                    break;
                case "RETRY":
                    options.Retry = IsOff(child) ? null : Read(child, options.Retry ?? new RetryOptions());
                    break;
                case "CIRCUITBREAKER":
                    options.CircuitBreaker = IsOff(child) ? null : Read(child, options.CircuitBreaker ?? new CircuitBreakerOptions());
                    break;
                case "DEADLINE":
                    options.Deadline = setting.Duration(options.Deadline);
                    break;
                case "FALLBACKON":
                    options.FallbackOn = setting.Choice(options.FallbackOn);
                    break;
                default:
                    setting.Unknown();
                    break;
            }
        }
    }

    private TimeoutOptions Read(IConfigurationSection section, TimeoutOptions options)
    {
        foreach (var setting in Settings(section))
        {
            switch (setting.Name)
            {
                case "TIMEOUT":
                    options.Timeout = setting.Duration(options.Timeout);
                    break;
                case "MODE":
                    options.Mode = setting.Choice(options.Mode);
                    break;
                default:
                    setting.Unknown();
                    break;
            }
        }

        return options;
    }

    private RetryOptions Read(IConfigurationSection section, RetryOptions options)
    {
        foreach (var setting in Settings(section))
        {
            switch (setting.Name)
            {
                case "MAXATTEMPTS":
                    options.MaxAttempts = setting.Integer(options.MaxAttempts);
                    break;
                case "BASEDELAY":
                    options.BaseDelay = setting.Duration(options.BaseDelay);
                    break;
                case "MAXDELAY":
                    options.MaxDelay = setting.Duration(options.MaxDelay);
                    break;
                case "JITTER":
                    options.Jitter = setting.Choice(options.Jitter);
                    break;
                case "WAITFORCIRCUIT":
                    options.WaitForCircuit = setting.Flag(options.WaitForCircuit);
                    break;
                default:
                    setting.Unknown();
                    break;
            }
        }

        return options;
    }

    private CircuitBreakerOptions Read(IConfigurationSection section, CircuitBreakerOptions options)
    {
        foreach (var setting in Settings(section))
        {
            switch (setting.Name)
            {
                case "FAILURETHRESHOLD":
                    options.FailureThreshold = setting.Integer(options.FailureThreshold);
                    break;
                case "RECOVERYTIMEOUT":
                    options.RecoveryTimeout = setting.Duration(options.RecoveryTimeout);
                    break;
                case "PROBELEASE":
                    options.ProbeLease = setting.Duration(options.ProbeLease);
                    break;
                case "RECOVERYGROWTH":
                    options.RecoveryGrowth = setting.Number(options.RecoveryGrowth);
                    break;
                case "MAXRECOVERYTIMEOUT":
                    options.MaxRecoveryTimeout = setting.Duration(options.MaxRecoveryTimeout);
                    break;
                default:
                    setting.Unknown();
                    break;
            }
        }

        return options;
    }

    private static bool IsOff(IConfigurationSection stage) => bool.TryParse(stage["Enabled"], out var enabled) && !enabled;

    private IEnumerable<Setting> Settings(IConfigurationSection stage) => stage.GetChildren()
        .Where(child => !(string.Equals(child.Key, "Enabled", StringComparison.OrdinalIgnoreCase) && bool.TryParse(child.Value, out _)))
        .Select(child => new Setting(child, problems));
}
