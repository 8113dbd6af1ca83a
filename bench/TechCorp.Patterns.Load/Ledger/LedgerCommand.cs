using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>Counts every message while a random seed determines connection faults: our side and the raw client under the same faults.</summary>
/// <remarks>Runs in two halves, because a server behaves differently after its start: our side goes first in one half, the raw client in the other.</remarks>
internal static class LedgerCommand
{
    private const int Senders = 64;
    private const int Prefetch = 100;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    internal static async Task<bool> RunAsync(Uri server, QueueKind kind, int seed, int seconds, int kills)
    {
        var half = TimeSpan.FromSeconds(seconds) / 2;
        var first = Fault.Script(seed, kills - (kills / 2), half);
        var second = Fault.Script(unchecked(seed + 1), kills / 2, half);
        Console.WriteLine(Report.Text($"{kind} queue, seed {seed}, {seconds} s, {kills} faults: "
            + $"{string.Join(' ', first.Concat(second).CountBy(fault => fault.Kind).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"))}; "
            + $"{Senders} senders, one message in flight each, prefetch {Prefetch}, heartbeat {Heartbeat.TotalSeconds} s, deadline {Deadline.TotalSeconds} s"));
        var ours = await OursAsync(first);
        var raw = await RawAsync(first);
        raw += await RawAsync(second);
        ours += await OursAsync(second);
        var inFlight = kills * (Senders + Prefetch);
        Console.WriteLine(Report.Text(
            $"RESULT ledger ours_lost={ours.Lost} ours_duplicates={ours.Duplicates} raw_lost={raw.Lost} raw_duplicates={raw.Duplicates} "
                + $"longest_stall_ms={ours.LongestStall.TotalMilliseconds:0} unknown={ours.Unknown} hung={ours.Hung} in_flight_at_faults={inFlight} "
                + $"raw_longest_stall_ms={raw.LongestStall.TotalMilliseconds:0} raw_unknown={raw.Unknown} raw_hung={raw.Hung} ours_confirmed={ours.Confirmed} "
                + $"raw_confirmed={raw.Confirmed} ours_reordered={ours.Reordered} raw_reordered={raw.Reordered} seed={seed} kills={kills} "
                + $"queue={Report.Name(kind)}"));
        return ours is { Lost: 0, Unknown: 0, Hung: 0 } && ours.Duplicates <= inFlight;

        Task<LedgerCount> OursAsync(IReadOnlyList<Fault> script)
            => RunSideAsync("ours", server, kind, script,
                async (uri, queue, ledger) => await OurLedgerSide.StartAsync(uri, queue, ledger, Prefetch, Heartbeat, Deadline));

        Task<LedgerCount> RawAsync(IReadOnlyList<Fault> script)
            => RunSideAsync("raw", server, kind, script,
                async (uri, queue, ledger) => await RawLedgerSide.StartAsync(uri, queue, ledger, Prefetch, Heartbeat, Deadline));
    }

    private static async Task<LedgerCount> RunSideAsync(string name, Uri server, QueueKind kind, IReadOnlyList<Fault> script,
        Func<Uri, LoadQueue, MessageLedger, Task<ILedgerSide>> start)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, $"ledger.{name}");
        await using var proxy = new TcpProxy(server.Host, server.Port > 0 ? server.Port : 5672);
        var ledger = new MessageLedger(Senders);
        await using var side = await start(new UriBuilder(server) { Host = "127.0.0.1", Port = proxy.Port }.Uri, queue, ledger);
        using var end = new CancellationTokenSource();
        var hung = 0;
        var senders = Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(sender))).ToArray();
        foreach (var fault in script)
        {
            await Task.Delay(fault.After, TimeProvider.System);
            fault.Begin(proxy);
            await Task.Delay(fault.Lasting, TimeProvider.System);
            fault.End(proxy);
        }

        await end.CancelAsync();
        await Task.WhenAll(senders);
        await DrainAsync(ledger);
        var count = new LedgerCount(ledger.Confirmed, ledger.Lost, ledger.Duplicates, ledger.Reordered, ledger.Unknown, hung, ledger.LongestStall);
        Console.WriteLine(Report.Text($"{name}: {script.Count} faults, sent {ledger.Sent}, confirmed {count.Confirmed}, reported as failed {ledger.Failed}, "
            + $"unknown {count.Unknown}, hung {hung}, lost {count.Lost}, duplicates {count.Duplicates}, reordered {count.Reordered}, "
            + $"longest stall {count.LongestStall.TotalMilliseconds:0} ms"));
        return count;

        async Task SendAsync(int sender)
        {
            while (!end.IsCancellationRequested)
            {
                var number = ledger.Send(sender);
                try
                {
                    ledger.End(sender, number, await side.SendAsync(sender, number).WaitAsync(Deadline + Deadline, TimeProvider.System));
                }
                catch (TimeoutException)
                {
                    Interlocked.Increment(ref hung);
                    return;
                }
            }
        }
    }

    /// <summary>Waits until no message is missing, or none has arrived for a while.</summary>
    private static async Task DrainAsync(MessageLedger ledger)
    {
        for (var (quiet, lost) = (0, ledger.Lost); lost > 0 && quiet < 100; lost = ledger.Lost)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            quiet = ledger.Lost == lost ? quiet + 1 : 0;
        }
    }
}
