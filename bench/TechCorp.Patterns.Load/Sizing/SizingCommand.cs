using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Measures the throughput of a consumer by prefetch and concurrency, as a ratio to the defaults.</summary>
internal static class SizingCommand
{
    private static readonly TimeSpan AtOnce = TimeSpan.Zero;
    private static readonly TimeSpan Waits = TimeSpan.FromMilliseconds(5); // a call to a database or another service

    internal static async Task RunAsync(Uri server, QueueKind kind, int rounds)
    {
        await CompareAsync(server, kind, rounds, messages: 5_000,
            [new(16, 1, AtOnce), new(1, 1, AtOnce), new(4, 1, AtOnce), new(64, 1, AtOnce), new(256, 1, AtOnce), new(16, 4, AtOnce)]);
        await CompareAsync(server, kind, rounds, messages: 400,
            [new(16, 1, Waits), new(1, 1, Waits), new(16, 4, Waits), new(16, 16, Waits), new(64, 16, Waits), new(128, 64, Waits)]);
    }

    /// <param name="server">The broker.</param>
    /// <param name="kind">The type of the queue.</param>
    /// <param name="rounds">How many times all cases run, alternately.</param>
    /// <param name="messages">The number of messages in each run.</param>
    /// <param name="cases">The cases; the others are compared with the first one.</param>
    private static async Task CompareAsync(Uri server, QueueKind kind, int rounds, int messages, SizingCase[] cases)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "sizing");
        await cases[0].MeasureAsync(server, queue, messages); // warms up
        var speeds = new double[cases.Length, rounds];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < cases.Length; i++)
            {
                speeds[i, round] = await cases[i].MeasureAsync(server, queue, messages);
            }
        }

        for (var i = 0; i < cases.Length; i++)
        {
            var of = i;
            var ratio = Median.Of(Enumerable.Range(0, rounds).Select(round => speeds[of, round] / speeds[0, round]));
            var speed = Median.Of(Enumerable.Range(0, rounds).Select(round => speeds[of, round]));
            Console.WriteLine(Report.Text($"RESULT sizing handler_ms={cases[i].Handler.TotalMilliseconds:0} prefetch={cases[i].Prefetch} "
                + $"concurrency={cases[i].Concurrency} per_second={speed:0} ratio={ratio:0.00} queue={Report.Name(kind)}"));
        }
    }
}
