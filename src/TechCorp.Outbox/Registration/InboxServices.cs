using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>What remembers in an outbox's database: handled messages, and idempotent operations.</summary>
internal static class InboxServices
{
    private const int SweepBatch = 1000;

    internal static void AddRetention(IServiceCollection services, string? name, InboxOptions options)
        => services.AddSingleton<IHostedService>(provider =>
        {
            Resolve(options, provider, name);
            var retention = new InboxRetention(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider());
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

    private static void Resolve(InboxOptions options, IServiceProvider provider, string? name)
    {
        var section = name is null ? "TechCorp:Outbox:Inbox" : $"TechCorp:Outbox:{name}:Inbox";
        var problems = new List<string>();
        if (provider.GetService<IConfiguration>() is { } configuration)
        {
            SectionReader.Read(configuration.GetSection(section), problems, reader => OptionsFromConfiguration.Read(reader, options));
        }

        problems.AddRange(OptionsCheck.OfSection(section, options.Problems()));
        OptionsCheck.ThrowAtStart(section, typeof(InboxOptions), problems);
    }

    private static Sweeper Sweeper(IServiceProvider provider, string what, Func<CancellationToken, Task<bool>> sweep, TimeSpan interval)
        => new(what, sweep, interval, provider.GetTimeProvider(), provider.GetLogger<Sweeper>());
}
