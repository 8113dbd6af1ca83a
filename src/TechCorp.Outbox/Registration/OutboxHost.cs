using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Tables before anything starts; the relay after that. It stops when the consumers have drained (StoppingAsync) and before the
/// publisher ends (StoppedAsync).</summary>
internal sealed class OutboxHost(OutboxSettings settings, SchemaMigrator migrator, OutboxDatabase database, Func<OutboxRelay> relay, ILogger? logger)
    : IHostedLifecycleService, IDisposable
{
    private OutboxRelay? _relay;

    public void Dispose() => settings.RestartNotice.Dispose();

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        settings.RestartNotice.Follow(SafeLogger.Of(logger).NeedsRestart);
        if (settings.Migrate)
        {
            var applied = await migrator.MigrateAsync(cancellationToken).ConfigureAwait(false);
            SafeLogger.Of(logger).Migrated(database.Schema, migrator.CodeVersion, applied);
        }
        else
        {
            await migrator.CheckAsync(cancellationToken).ConfigureAwait(false);
        }

        database.TablesAreReady(byHost: true);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.RunRelay)
        {
            // The relay asks again with each connection; asked here, a host that could never publish does not start.
            await PartitionOwnership.CheckSessionsAsync(database, cancellationToken).ConfigureAwait(false);
            await WriteProbe.CheckAsync(database, cancellationToken).ConfigureAwait(false);
            _relay = relay();
            await _relay.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _relay?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
