using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>What remembers in an outbox's database: handled messages, and idempotent operations.</summary>
internal static class InboxServices
{
    private const int SweepBatch = 1000;

    /// <summary>For every outbox: who consumes with an inbox says so in no place that knows of the outbox.</summary>
    internal static void AddRetention(IServiceCollection services, OutboxSettings settings)
        => services.AddSingleton<IHostedService>(provider =>
        {
            var options = settings.Resolve(provider).Inbox;
            var retention = new InboxRetention(provider.OfOutbox<OutboxDatabase>(settings.Name), provider.GetTimeProvider());
            return Sweeper(provider, "inbox", async token => await retention.RunAsync(options.Retention, options.SweepBatchSize, token)
                .ConfigureAwait(false) == options.SweepBatchSize, options.SweepInterval);
        });

    internal static void AddIdempotencyStore(IServiceCollection services, string? name)
    {
        services.AddForOutbox(name, provider => new SqlIdempotencyStore(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider()));
        services.AddForOutbox<IIdempotencyStore>(name, provider => provider.OfOutbox<SqlIdempotencyStore>(name));
        services.AddSingleton<IHostedService>(provider =>
        {
            var store = provider.OfOutbox<SqlIdempotencyStore>(name);
            return Sweeper(provider, "idempotency records", async token => await store.SweepAsync(SweepBatch, token).ConfigureAwait(false) == SweepBatch,
                TimeSpan.FromMinutes(1));
        });
    }

    private static Sweeper Sweeper(IServiceProvider provider, string what, Func<CancellationToken, Task<bool>> sweep, TimeSpan interval)
        => new(what, sweep, interval, provider.GetTimeProvider(), provider.GetLogger<Sweeper>());
}
