using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>Adds what remembers to an outbox's database: handled messages, and idempotent operations.</summary>
public static class InboxExtensions
{
    private const int SweepBatch = 1000;

    extension(OutboxBuilder outbox)
    {
        /// <summary>Sets how long handled messages are remembered, and deletes older marks while the host runs. Configuration (<c>TechCorp:Outbox:Inbox</c>) wins over code.</summary>
        public OutboxBuilder ConfigureInbox(Action<InboxOptions>? configure = null)
        {
            var options = new InboxOptions();
            configure?.Invoke(options);
            var name = outbox.Name;
            outbox.Services.AddSingleton<IHostedService>(provider =>
            {
                Resolve(options, provider, name);
                var retention = new InboxRetention(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider());
                return Sweeper(provider, "inbox", async token => await retention.RunAsync(options.Retention, options.SweepBatch, token).ConfigureAwait(false) == options.SweepBatch, options.SweepInterval);
            });
            return outbox;
        }

        /// <summary>Registers a <see cref="SqlIdempotencyStore"/> in the outbox's database, also as <see cref="IIdempotencyStore"/>, and sweeps it while the host runs.</summary>
        public OutboxBuilder AddIdempotencyStore()
        {
            var name = outbox.Name;
            outbox.Services.AddForOutbox(name, provider => new SqlIdempotencyStore(provider.OfOutbox<OutboxDatabase>(name), provider.GetTimeProvider()));
            outbox.Services.AddForOutbox<IIdempotencyStore>(name, provider => provider.OfOutbox<SqlIdempotencyStore>(name));
            outbox.Services.AddSingleton<IHostedService>(provider =>
            {
                var store = provider.OfOutbox<SqlIdempotencyStore>(name);
                return Sweeper(provider, "idempotency records", async token => await store.SweepAsync(SweepBatch, token).ConfigureAwait(false) == SweepBatch, TimeSpan.FromMinutes(1));
            });
            return outbox;
        }
    }

    private static void Resolve(InboxOptions options, IServiceProvider provider, string? name)
    {
        var section = name is null ? "TechCorp:Outbox:Inbox" : $"TechCorp:Outbox:{name}:Inbox";
        var problems = new List<string>();
        if (provider.GetService<IConfiguration>() is { } configuration)
        {
            SectionReader.Read(configuration.GetSection(section), problems, reader => OptionsFromConfiguration.Read(reader, options));
        }

        problems.AddRange(OptionsCheck.Of(section, options.Problems()));
        OptionsCheck.ThrowAtStart(section, typeof(InboxOptions), problems);
    }

    private static Sweeper Sweeper(IServiceProvider provider, string what, Func<CancellationToken, Task<bool>> sweep, TimeSpan interval)
        => new(what, sweep, interval, provider.GetTimeProvider(), provider.GetLogger<Sweeper>());
}
