using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience;

/// <summary>Registers named pipelines and idempotency in a container.</summary>
public static class ResilienceServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="ResiliencePipelineRegistry"/> and, under its name as the key, each <see cref="ResiliencePipeline"/>. May be called several times.
    /// </summary>
    /// <remarks>
    /// What code sets is overridden by the configuration section <c>TechCorp:Resilience:Pipelines:&lt;name&gt;</c>, for example
    /// <c>…:gateway:CircuitBreaker:RecoveryTimeout=00:00:02</c>. Invalid options stop the host when it starts, with all problems in one
    /// <see cref="OptionsValidationException"/>. Clock and loggers come from the container if it has them. When the configuration is reloaded, new calls
    /// follow it and each circuit keeps its state and count; invalid settings are refused with one log entry that names all problems, and a setting that
    /// needs a restart is named in a warning. A pipeline of a key follows when it is asked for again.
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Adds pipelines.</param>
    public static IServiceCollection AddTechCorpResilience(this IServiceCollection services, Action<ResilienceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<ResilienceSettings>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<ResilienceSettings>, ConfigureResilience>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ResilienceSettings>, ValidateResilience>());
        services.TryAddSingleton<SettingsReload>();
        services.TryAddSingleton(static provider =>
        {
            var settings = provider.GetRequiredService<IOptions<ResilienceSettings>>();
            var registry = new ResiliencePipelineRegistry(settings, provider.GetTimeProvider(), provider.GetService<ILoggerFactory>());
            provider.GetRequiredService<SettingsReload>().Follow(registry, settings.Value);
            return registry;
        });
        configure(new ResilienceBuilder(services));
        return services;
    }
}
