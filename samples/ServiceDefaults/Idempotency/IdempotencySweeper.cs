using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>Deletes expired responses every hour.</summary>
internal sealed partial class IdempotencySweeper(SqlIdempotencyStore store, ILogger<IdempotencySweeper> logger) : BackgroundService
{
    private const int Batch = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromHours(1), TimeProvider.System, stoppingToken);
            try
            {
                while (await store.SweepAsync(Batch, stoppingToken) == Batch)
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailure(logger, exception);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The expired idempotent responses could not be deleted; the next attempt is in one hour.")]
    private static partial void LogFailure(ILogger logger, Exception exception);
}
