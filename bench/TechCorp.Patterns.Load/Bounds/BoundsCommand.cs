using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>The times that the guides promise, as this machine keeps them: tests have a clock of their own and assert none of them.</summary>
internal static class BoundsCommand
{
    internal static async Task RunAsync(Uri server, QueueKind kind, int rounds)
    {
        await PrintAsync("expire", "a call ends this long after its deadline, with 64 callers and a broker that is silent", 50, rounds, round => ExpireBound.MeasureAsync(server, kind, round));
        await PrintAsync("give_back", "from the stop until what was not started is in the queue again", 100, rounds, _ => GiveBackBound.MeasureAsync(server, kind));
        await PrintAsync("queue_back", "from the deletion of a queue until the service that declared it has it again, and handles a message of it", null, rounds, _ => QueueBackBound.MeasureAsync(server, kind));
        if (ServicesScript.State is { } services)
        {
            await PrintAsync("unblock", "from the broker's word that it takes publishes again until all that waited are confirmed", 1000, rounds, _ => UnblockBound.MeasureAsync(server, kind, services));
        }
        else
        {
            Console.WriteLine("unblock: not measured, as it needs a server of 'eng/services.sh --private run -- …' to block");
        }

        async Task PrintAsync(string name, string what, int? bar, int count, Func<int, Task<TimeSpan>> measure)
        {
            Console.WriteLine($"{name}: {what}");
            var times = new List<double>();
            for (var round = 0; round < count; round++)
            {
                times.Add((await measure(round)).TotalMilliseconds);
            }

            Console.WriteLine(Report.Text($"RESULT bounds of={name} median_ms={Median.Of(times):0.0} longest_ms={times.Max():0.0} bar_ms={bar?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} rounds={count} queue={Report.Name(kind)}"));
        }
    }
}
