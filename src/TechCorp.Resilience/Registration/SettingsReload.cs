using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Resilience;

/// <summary>Lets the pipelines of a registry follow the configuration when it changes, if all of it is valid.</summary>
/// <remarks>Not with the options monitor: what its validation throws would end in the code that reloads the configuration.</remarks>
internal sealed class SettingsReload(
    IOptionsFactory<ResilienceSettings> factory,
    IConfiguration? configuration = null,
    ILoggerFactory? loggers = null) : IDisposable
{
    private const string Section = "TechCorp:Resilience";

    private readonly Lock _gate = new();
    private ILogger _logger = NullLogger.Instance; // set once, before the first reload
    private IReadOnlyDictionary<string, string?> _applied = new Dictionary<string, string?>(); // guarded by _gate
    private IReadOnlyDictionary<string, string?>? _refused; // the newest, if it was refused, so that it is refused once; guarded by _gate
    private IDisposable? _subscription;

    public void Dispose() => _subscription?.Dispose();

    /// <summary>The keys and values of the section, to find what changed.</summary>
    internal static Dictionary<string, string?> Read(IConfiguration configuration)
        => configuration.GetSection(Section).AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Follows the configuration from where the settings of the registry read it.</summary>
    internal void Follow(ResiliencePipelineRegistry registry, ResilienceSettings settings)
    {
        if (configuration is null)
        {
            return;
        }

        lock (_gate)
        {
            _logger = SafeLogger.Of(loggers?.CreateLogger("TechCorp.Resilience"));
            _applied = settings.Read;
        }

        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, () => Reload(configuration, registry));
        Reload(configuration, registry); // it may have changed since the settings were read
    }

    private static bool Concerns(string key, string path)
        => key.Equals(path, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase);

    private static string[] Changes(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> now)
    => [
        .. now.Keys.Union(before.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => now.GetValueOrDefault(key) != before.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal),
    ];

    private void Reload(IConfiguration root, ResiliencePipelineRegistry registry)
    {
        lock (_gate)
        {
            var now = Read(root);
            var changed = Changes(_applied, now);
            if (changed.Length == 0)
            {
                _refused = null;
            }
            else if (_refused is null || Changes(_refused, now).Length > 0)
            {
                // All that changed since the last settings in force: what was valid in a refused reload is followed with its correction.
                (_applied, _refused) = TryApply(changed, registry) ? (now, null) : (_applied, now);
            }
        }
    }

    private bool TryApply(string[] changed, ResiliencePipelineRegistry registry)
    {
        ResilienceSettings settings;
        try
        {
            settings = factory.Create(Options.DefaultName);
        }
        catch (OptionsValidationException invalid)
        {
            _logger.ReloadRefused(Section, string.Join(' ', invalid.Failures), exception: null);
            return false;
        }
        catch (Exception exception)
        {
            _logger.ReloadRefused(Section, "The code that configures them threw.", exception);
            return false;
        }

        foreach (var key in changed.Where(key => !Concerns(key, $"{Section}:Pipelines")))
        {
            _logger.NeedsRestart(key); // of another package, which reads it once
        }

        foreach ((var name, var options) in settings.Pipelines)
        {
            var path = $"{Section}:Pipelines:{name}";
            if (changed.Any(key => Concerns(key, path)))
            {
                KeepWhatNeedsRestart(path, registry.OptionsOf(name), options);
                registry.Apply(name, options);
                _logger.PipelineFollows(name);
            }
        }

        return true;
    }

    /// <summary>A circuit is a property that users hold; and whether an attempt may be abandoned decides how a handler treats its requests.</summary>
    private void KeepWhatNeedsRestart(string path, ResiliencePipelineOptions former, ResiliencePipelineOptions options)
    {
        if (former.CircuitBreaker is null != options.CircuitBreaker is null)
        {
            options.CircuitBreaker = former.CircuitBreaker;
            _logger.NeedsRestart($"{path}:CircuitBreaker:Enabled");
        }

        var mode = former.Timeout?.Mode ?? TimeoutMode.Cooperative;
        if (options.Timeout is { } timeout && timeout.Mode != mode)
        {
            timeout.Mode = mode;
            _logger.NeedsRestart($"{path}:Timeout:Mode");
        }
    }
}
