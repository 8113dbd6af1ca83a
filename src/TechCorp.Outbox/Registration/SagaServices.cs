using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TechCorp.Outbox;

/// <summary>The services of an outbox's sagas, plain or under its name.</summary>
internal static class SagaServices
{
    private const int SweepBatch = 500;

    /// <summary>The settings of the sagas of one outbox; their services are added with the first call.</summary>
    internal static SagaSettings SettingsOf(IServiceCollection services, string? name)
    {
        var settings = services.Where(service => !service.IsKeyedService).Select(service => service.ImplementationInstance).OfType<SagaSettings>()
            .FirstOrDefault(settings => settings.Name == name);
        if (settings is null)
        {
            settings = new SagaSettings(name);
            Add(services, settings);
        }

        return settings;
    }

    /// <summary>Deletes what is past its retention; true when there may be more.</summary>
    internal static async Task<bool> SweepAsync(SagaOrchestrator orchestrator, SagaBarrier barrier, SagaOptions options, CancellationToken cancellationToken)
    {
        var sagas = await orchestrator.PurgeAsync(options.KeepEnded, SweepBatch, cancellationToken).ConfigureAwait(false);
        var marks = await barrier.PurgeAsync(options.KeepBarrierMarks, SweepBatch, cancellationToken).ConfigureAwait(false);
        return sagas > 0 || marks == SweepBatch;
    }

    private static void Add(IServiceCollection services, SagaSettings settings)
    {
        var name = settings.Name;
        services.AddSingleton(settings);
        services.AddForOutbox(name, provider => new SagaOrchestrator(
            provider.OfOutbox<OutboxDatabase>(name),
            provider.OfOutbox<IOutbox>(name),
            settings.Sagas,
            provider.GetRequiredService<IServiceScopeFactory>(),
            settings.Resolve(provider),
            provider.GetTimeProvider(),
            provider.GetLogger<SagaOrchestrator>()));
        services.AddForOutbox(name, provider => new SagaBarrier(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider()));
        services.AddSingleton<IHostedService>(provider => new SagaHost(() => provider.OfOutbox<SagaOrchestrator>(name)));
        services.AddSingleton<IHostedService>(provider => new Sweeper(
            "sagas",
            token => SweepAsync(provider.OfOutbox<SagaOrchestrator>(name), provider.OfOutbox<SagaBarrier>(name), settings.Options, token),
            TimeSpan.FromMinutes(1),
            provider.GetTimeProvider(),
            provider.GetLogger<SagaOrchestrator>()));
    }
}
