using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TechCorp.Resilience;

/// <summary>Collects the pipelines that <see cref="ResilienceServiceCollectionExtensions.AddTechCorpResilience"/> registers.</summary>
public sealed class ResilienceBuilder
{
    internal ResilienceBuilder(IServiceCollection services) => Services = services;

    /// <summary>The container.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a pipeline; one that exists under the name is changed further.</summary>
    /// <param name="name">Its name in the registry, the configuration, exceptions, logs and metrics.</param>
    /// <param name="configure">Sets its stages. Default: timeout 5 s; 5 attempts with waits of 1, 2, 4 and 8 s; circuit of 5 failures and 30 s.</param>
    public ResilienceBuilder AddPipeline(string name, Action<ResiliencePipelineOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Services.Configure<ResilienceSettings>(settings =>
        {
            if (!settings.Pipelines.TryGetValue(name, out var options))
            {
                settings.Pipelines.Add(name, options = new ResiliencePipelineOptions());
            }

            configure?.Invoke(options);
        });
        Services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<ResiliencePipelineRegistry>().Get((string)key!));
        return this;
    }

    /// <summary>Adds the <see cref="IdempotencyExecutor"/>, and an <see cref="InMemoryIdempotencyStore"/> unless a store is registered.</summary>
    /// <param name="configure">Sets lease, retention and waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public ResilienceBuilder AddIdempotency(Action<IdempotencyOptions>? configure = null)
    {
        var options = new IdempotencyOptions();
        configure?.Invoke(options);
        OptionsCheck.Throw(nameof(IdempotencyOptions), options.Problems());
        Services.TryAddSingleton<IIdempotencyStore>(static provider => new InMemoryIdempotencyStore(timeProvider: provider.GetTimeProvider()));
        Services.TryAddSingleton(provider => new IdempotencyExecutor(
            provider.GetRequiredService<IIdempotencyStore>(),
            options,
            provider.GetTimeProvider(),
            provider.GetLoggerFactory().CreateLogger("TechCorp.Resilience")));
        return this;
    }
}
