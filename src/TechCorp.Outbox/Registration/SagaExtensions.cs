using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace TechCorp.Outbox;

/// <summary>Adds sagas to an outbox.</summary>
public static class SagaExtensions
{
    private const int SweepBatch = 500;

    extension(OutboxBuilder outbox)
    {
        /// <summary>Registers a saga, and with the first one a <see cref="SagaOrchestrator"/> and a <see cref="SagaBarrier"/>, keyed like the outbox.</summary>
        /// <param name="state">From a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
        /// <remarks>The saga is scoped unless it is registered already; each run has a scope of its own. Configuration (<c>TechCorp:Outbox:Sagas</c>) wins over code.</remarks>
        public OutboxBuilder AddSaga<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSaga, TState>(JsonTypeInfo<TState> state)
            where TSaga : Saga<TState>
            where TState : class
        {
            ArgumentNullException.ThrowIfNull(state);
            outbox.Services.TryAddScoped<TSaga>();
            outbox.SagaSettings().Sagas.Add(new SagaRegistration<TState>(static services => services.GetRequiredService<TSaga>(), state));
            return outbox;
        }

        /// <summary>Sets how sagas are run.</summary>
        public OutboxBuilder ConfigureSagas(Action<SagaOptions> configure)
        {
            ArgumentNullException.ThrowIfNull(configure);
            configure(outbox.SagaSettings().Options);
            return outbox;
        }

        private SagaSettings SagaSettings()
        {
            var name = outbox.Name;
            var settings = outbox.Services.Where(s => !s.IsKeyedService).Select(s => s.ImplementationInstance).OfType<SagaSettings>().FirstOrDefault(s => s.Name == name);
            if (settings is null)
            {
                settings = new SagaSettings(name);
                Add(outbox.Services, settings);
            }

            return settings;
        }
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
