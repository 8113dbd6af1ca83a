using TechCorp.Samples;

namespace OrderFlow;

/// <summary>One run: start the services, drive them, wait until all is quiet, stop, and let the oracle read the books.</summary>
internal sealed class Flow(FlowSettings settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>0 when everything held, 1 when not.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FlowProgress.ShowAsync(settings.Orders, progress => RunAsync(progress, cancellationToken)) is var (verdict, observed) && Report.Print(verdict, observed) ? 0 : 1;
        }
        finally
        {
            if (settings.IsTemporary && Directory.Exists(settings.DataDirectory))
            {
                Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
                Directory.Delete(settings.DataDirectory, recursive: true);
            }
        }
    }

    private async Task<(Verdict, Observations)> RunAsync(FlowProgress progress, CancellationToken cancellationToken)
    {
        progress.Say(settings.RabbitMq is null ? "broker: in memory" : "broker: RabbitMQ");
        progress.Say(settings.Postgres is null ? "databases: SQLite" : "databases: PostgreSQL");
        progress.Say("shortened by configuration: circuit recovery 2 s (30 s in the services), retry base 100 ms (1 s in the services)");
        await using var fleet = new ServiceFleet(settings);
        await fleet.StartAsync(cancellationToken);

        using var orders = new OrderDriver(fleet, progress);
        using var images = new ImageDriver(fleet, progress, settings.Image);
        await Task.WhenAll(orders.RunAsync(settings.Orders, cancellationToken), images.RunAsync(cancellationToken));

        var oracle = new Oracle(fleet, settings);
        await Polling.UntilAsync(() => oracle.IsQuietAsync(progress, cancellationToken), Patience, cancellationToken);
        if (settings.Serve)
        {
            progress.Say($"serving until Ctrl-C: {string.Join(' ', fleet.Addresses)}");
            await WaitForEndAsync(cancellationToken);
        }

        await fleet.DisposeAsync();
        return (await oracle.JudgeAsync(CancellationToken.None), new Observations(orders.OutagesSeen, orders.RepeatedOrderWasOne, images.DeadLetterReason));
    }

    private static async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how serving ends.
        }
    }
}
