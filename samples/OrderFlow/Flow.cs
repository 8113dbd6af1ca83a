using System.Collections.Concurrent;

namespace OrderFlow;

/// <summary>One run: start the services, send them requests, wait until no work is left, stop them, and check their databases.</summary>
internal sealed class Flow(FlowSettings settings)
{
    private readonly ConcurrentQueue<string> _faults = new();

    /// <returns>0 if every invariant holds, otherwise 1.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var held = false;
        try
        {
            var (result, observed) = await FlowProgress.ShowAsync(settings.Orders, progress => RunAsync(progress, cancellationToken));
            held = Report.Print(result, observed);
            return held ? 0 : 1;
        }
        finally
        {
            if ((settings.IsTemporary || (settings.IsDefaultFolder && held)) && Directory.Exists(settings.DataDirectory))
            {
                Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
                Directory.Delete(settings.DataDirectory, recursive: true);
            }
        }
    }

    private async Task<(FlowResult, Observations)> RunAsync(FlowProgress progress, CancellationToken cancellationToken)
    {
        progress.WriteLine(settings.RabbitMq is null ? "broker: in memory" : "broker: RabbitMQ");
        progress.WriteLine(settings.Postgres is null ? "databases: SQLite" : "databases: PostgreSQL");
        progress.WriteLine("shortened by configuration: circuit recovery 2 s (30 s in the services), retry base 100 ms (1 s in the services)");
        await using var fleet = new ServiceFleet(settings);
        await fleet.StartAsync(cancellationToken);

        using var client = new ServiceClient();
        var orders = new OrderDriver(fleet, client, progress, settings);
        var images = new ImageDriver(fleet, client, progress, settings);
        await Task.WhenAll(CollectFaultAsync(() => orders.RunAsync(cancellationToken)), CollectFaultAsync(() => images.RunAsync(cancellationToken)));

        var checker = new InvariantChecker(fleet, settings);
        if (_faults.IsEmpty)
        {
            await CollectFaultAsync(() => Polling.WaitUntilAsync(
                () => checker.IsQuietAsync(progress, cancellationToken), "events, notifications or images did not arrive", settings.WaitTimeout,
                cancellationToken));
        }

        if (!settings.Serve)
        {
            await fleet.DisposeAsync();
        }

        var observed = new Observations
        {
            Placed = orders.Placed,
            OutagesSeen = orders.OutagesSeen,
            RepeatedOrderWasOne = orders.RepeatedOrderWasOne,
            DeadLetterReason = images.DeadLetterReason,
            Faults = _faults,
        };
        var result = await checker.CheckAsync(observed, CancellationToken.None);
        if (settings.Serve && _faults.IsEmpty)
        {
            // The databases are already checked, so later requests do not change the result of the run.
            progress.WriteLine(result.ToString());
            progress.WriteLine($"serving until Ctrl-C: {string.Join(' ', fleet.Addresses)}");
            await WaitForEndAsync(cancellationToken);
        }

        return (result, observed);
    }

    // A timeout ends the requests, not the run: the databases still show how far the run got.
    private async Task CollectFaultAsync(Func<Task> drive)
    {
        try
        {
            await drive();
        }
        catch (FlowFaultException exception)
        {
            _faults.Enqueue(settings.CanResume ? $"{exception.Message}. Continue with --resume." : exception.Message);
        }
    }

    private static async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends --serve.
        }
    }
}
