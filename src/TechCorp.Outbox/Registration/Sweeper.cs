using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Repeats a bounded deletion: batch after batch while there is something, then once in an interval.</summary>
internal sealed class Sweeper(string what, Func<CancellationToken, Task<bool>> sweep, TimeSpan interval, TimeProvider timeProvider, ILogger logger)
    : IHostedService, IDisposable
{
    private readonly LoggedCauses _causes = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Detached.Run(() => LoopAsync(_stop.Token));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var isMore = false;
            try
            {
                isMore = await sweep(cancellationToken).ConfigureAwait(false);
                _causes.Succeeded(this);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.SweepFailed(what, interval, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // A pause between batches, so that consumers can write.
            await Task.Delay(isMore ? TimeSpan.FromMilliseconds(50) : interval, timeProvider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
