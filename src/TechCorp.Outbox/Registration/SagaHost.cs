using Microsoft.Extensions.Hosting;

namespace TechCorp.Outbox;

/// <summary>Runs sagas while the host runs: after the tables exist (StartingAsync), until the consumers have drained (StoppingAsync), before the
/// publisher ends (StoppedAsync).</summary>
internal sealed class SagaHost(Func<SagaOrchestrator> orchestrator) : IHostedService
{
    private SagaOrchestrator? _orchestrator;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _orchestrator = orchestrator();
        _orchestrator.Worker.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _orchestrator?.Worker.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
