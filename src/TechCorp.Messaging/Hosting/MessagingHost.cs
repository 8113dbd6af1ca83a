using Microsoft.Extensions.Hosting;

namespace TechCorp.Messaging;

/// <summary>
/// Ties a runtime to the host: connection and topology before every service's start, consumers after it; consumers drained before every service's stop,
/// publisher and connection after it.
/// So relays and sagas run between, whatever the order of registration.
/// </summary>
internal sealed class MessagingHost(MessagingRuntime runtime) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await runtime.CheckHandlersAsync().ConfigureAwait(false);
        await runtime.ConnectAsync(runtime.Plan.StartupTimeout, cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => runtime.StartConsumersAsync(runtime.Plan.StartupTimeout, cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => runtime.StopConsumersAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => runtime.DisconnectAsync(cancellationToken);
}
