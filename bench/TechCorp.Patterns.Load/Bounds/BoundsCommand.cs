using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>Measures the times that the guides guarantee on this machine. Tests use a fake clock and assert none of them.</summary>
internal static class BoundsCommand
{
    internal static async Task RunAsync(Uri server, QueueKind kind, int rounds)
    {
        await PrintAsync("expire", "how long after its deadline a call ends, with 64 callers and a broker that does not reply", 50, rounds,
            round => ExpiryBound.MeasureAsync(server, kind, round));
        await PrintAsync("give_back", "from the stop until the broker has requeued the messages that no handler has started", 100, rounds,
            _ => RequeueBound.MeasureAsync(server, kind));
        await PrintAsync("queue_back", "from the deletion of a queue until the service has declared it again and handles a message from it", null, rounds,
            _ => RedeclareBound.MeasureAsync(server, kind));
        if (ServicesScript.State is { } services)
        {
            await PrintAsync("unblock", "from the broker's unblock notification until all waiting publishes are confirmed", 1000, rounds,
                _ => UnblockBound.MeasureAsync(server, kind, services));
        }
        else
        {
            Console.WriteLine("unblock: not measured; it needs a private server: run it with 'eng/services.sh --private run -- …'");
        }

        async Task PrintAsync(string name, string what, int? bar, int count, Func<int, Task<TimeSpan>> measure)
        {
            Console.WriteLine($"{name}: {what}");
            var times = new List<double>();
            for (var round = 0; round < count; round++)
            {
                times.Add((await measure(round)).TotalMilliseconds);
            }

            Console.WriteLine(Report.Text($"RESULT bounds of={name} median_ms={Median.Of(times):0.0} longest_ms={times.Max():0.0} "
                + $"bar_ms={bar?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} rounds={count} queue={Report.Name(kind)}"));
        }
    }
}
