using System.Collections.Concurrent;

namespace OrderFlow;

/// <summary>One run: start the services, drive them, wait until all is quiet, stop, and let the oracle read the books.</summary>
internal sealed class Flow(FlowSettings settings)
{
    private readonly ConcurrentQueue<string> _faults = new();

    /// <returns>0 when everything held, 1 when not.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var held = false;
        try
        {
            var (verdict, observed) = await FlowProgress.ShowAsync(settings.Orders, progress => RunAsync(progress, cancellationToken));
            held = Report.Print(verdict, observed);
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

    private async Task<(Verdict, Observations)> RunAsync(FlowProgress progress, CancellationToken cancellationToken)
    {
        progress.Say(settings.RabbitMq is null ? "broker: in memory" : "broker: RabbitMQ");
        progress.Say(settings.Postgres is null ? "databases: SQLite" : "databases: PostgreSQL");
        progress.Say("shortened by configuration: circuit recovery 2 s (30 s in the services), retry base 100 ms (1 s in the services)");
        await using var fleet = new ServiceFleet(settings);
        await fleet.StartAsync(cancellationToken);

        using var client = new ServiceClient();
        var orders = new OrderDriver(fleet, client, progress, settings);
        var images = new ImageDriver(fleet, client, progress, settings);
        await Task.WhenAll(NoteFaultAsync(() => orders.RunAsync(cancellationToken)), NoteFaultAsync(() => images.RunAsync(cancellationToken)));

        var oracle = new Oracle(fleet, settings);
        if (_faults.IsEmpty)
        {
            await NoteFaultAsync(() => Polling.UntilAsync(
                () => oracle.IsQuietAsync(progress, cancellationToken), "not all events, notifications and images arrived", settings.Patience, cancellationToken));
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
        var verdict = await oracle.JudgeAsync(observed, CancellationToken.None);
        if (settings.Serve && _faults.IsEmpty)
        {
            // The books are read: whoever uses the services now does not change what the run was.
            progress.Say(verdict.ToString());
            progress.Say($"serving until Ctrl-C: {string.Join(' ', fleet.Addresses)}");
            await WaitForEndAsync(cancellationToken);
        }

        return (verdict, observed);
    }

    // What did not come in time ends the driving, not the run: the books still tell how far it came.
    private async Task NoteFaultAsync(Func<Task> drive)
    {
        try
        {
            await drive();
        }
        catch (FlowFaultException exception)
        {
            _faults.Enqueue(settings.CanResume ? $"{exception.Message}. Go on with --resume." : exception.Message);
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
            // Ctrl-C is how serving ends.
        }
    }
}
