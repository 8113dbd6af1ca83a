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
    /// <remarks>There is one executor in a container: another call changes its options further, and what it sets wins.</remarks>
    /// <param name="configure">Sets lease, retention and waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    /// <exception cref="InvalidOperationException">Something else registered an executor; these options would have no effect.</exception>
    public ResilienceBuilder AddIdempotency(Action<IdempotencyOptions>? configure = null)
    {
        var added = Services.Where(static service => !service.IsKeyedService)
            .Select(static service => service.ImplementationInstance)
            .OfType<AddedIdempotency>()
            .FirstOrDefault();
        var options = added?.Options ?? new IdempotencyOptions();
        configure?.Invoke(options);
        OptionsCheck.Throw(nameof(IdempotencyOptions), options.Problems());
        if (added is not null)
        {
            return this;
        }

        if (Services.Any(static service => service.ServiceType == typeof(IdempotencyExecutor) && !service.IsKeyedService))
        {
            throw new InvalidOperationException($"The container has an {nameof(IdempotencyExecutor)} already, so {nameof(AddIdempotency)} "
                + "would have no effect. Remove one of the two registrations.");
        }

        Services.AddSingleton(new AddedIdempotency(options));
        Services.TryAddSingleton<IIdempotencyStore>(static provider => new InMemoryIdempotencyStore(timeProvider: provider.GetTimeProvider()));
        Services.AddSingleton(provider => new IdempotencyExecutor(
            provider.GetRequiredService<IIdempotencyStore>(),
            options,
            provider.GetTimeProvider(),
            provider.GetLoggerFactory().CreateLogger("TechCorp.Resilience")));
        return this;
    }
}
