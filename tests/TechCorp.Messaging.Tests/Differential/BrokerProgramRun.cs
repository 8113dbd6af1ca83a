using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Runs a program on a transport and writes down everything that can be seen: outcomes, deliveries, counts, and in the
/// end what is left in each queue.</summary>
/// <param name="backend">Where it runs, and whose time passes after each step.</param>
/// <param name="transport">The connection it runs over.</param>
/// <param name="program">What runs.</param>
/// <param name="expected">What the other transport showed: a server is given time to come to the same counts after each step.</param>
internal sealed class BrokerProgramRun(TransportBackend backend, ITransport transport, BrokerProgram program, IReadOnlyList<string>? expected = null)
{
    private const int LongestWay = 3;
    private readonly List<string> _log = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal async Task<IReadOnlyList<string>> RunAsync()
    {
        await transport.DeclareAsync(program.Topology, TopologyMode.Create, Cancellation);
        foreach (var step in program.Steps)
        {
            _log.Add(step switch
            {
                BrokerStep.Declare declare => await DeclareAsync(declare),
                BrokerStep.Publish publish => await PublishAsync(publish),
                BrokerStep.Read read => await ReadAsync(read),
                BrokerStep.Consume consume => await ConsumeAsync(consume),
                _ => throw new InvalidOperationException($"No such step: {step}"),
            });
            await LetExpireAsync();
            _log.Add(await CountsAsync());
            if (!IsAsExpected)
            {
                return _log; // each further look would wait for what does not come
            }
        }

        // Acknowledged, not given back: giving back would count against delivery limits and fill the next queue.
        var everything = Enumerable.Range(0, program.Steps.Count).Select(index => (index, Settlement.Acknowledge)).ToList();
        foreach (var queue in program.Lasting)
        {
            _log.Add($"left in {queue}: {await ReadAsync(new BrokerStep.Read(queue, program.Steps.Count, everything))}");
        }

        return _log;
    }

    /// <summary>From RabbitMQ 4.0 on some dead letters bring along the mark and the count of the queue they left, and there these are not compared.</summary>
    private string Show(IEnumerable<Delivery> deliveries) => string.Join(" ", deliveries.Select(delivery
        => $"'{delivery.Text()}' from '{delivery.Exchange}' by '{delivery.RoutingKey}'"
        + (backend.ServerVersion.Major >= 4 && delivery.BrokerReason is not null ? ""
            : $"{(delivery.Redelivered ? " again" : "")} count {delivery.DeliveryCount ?? 0}")
        + $" reason '{delivery.BrokerReason}' [{string.Join(", ", delivery.Headers.OrderBy(header => header.Key, StringComparer.Ordinal))}];"));

    private bool IsAsExpected => expected is null || _log[^1] == expected[_log.Count - 1];

    /// <summary>What expires may go where it expires again.</summary>
    private async Task LetExpireAsync()
    {
        for (var hop = 0; hop < LongestWay; hop++)
        {
            await backend.AdvanceAsync(RandomTopology.ShortLife);
        }
    }

    private async Task<string> DeclareAsync(BrokerStep.Declare declare)
    {
        try
        {
            await transport.DeclareAsync(declare.Piece, declare.Mode, Cancellation);
            return "declared";
        }
        catch (TopologyException)
        {
            return "otherwise";
        }
    }

    private async Task<string> PublishAsync(BrokerStep.Publish publish)
    {
        var outcome = await transport.PublishAsync(TextMessage.Of(publish.Text), publish.Destination, UnroutableBehavior.Fail, Eventually.Watchdog,
            Cancellation);
        return $"{outcome.Kind} {outcome.Code}";
    }

    private async Task<string> ReadAsync(BrokerStep.Read read)
    {
        if (await transport.CountAsync(read.Queue, Cancellation) is null)
        {
            return "missing";
        }

        await using var reader = await transport.OpenReaderAsync(read.Queue, Cancellation);
        List<Delivery> held = [];
        while (held.Count < read.Count && await reader.GetAsync(Cancellation) is { } delivery)
        {
            held.Add(delivery);
        }

        foreach (var (index, settlement) in read.Settles.Where(settle => settle.Index < held.Count))
        {
            await reader.SettleAsync(held[index], settlement, Cancellation);
        }

        return Show(held);
    }

    private async Task<string> ConsumeAsync(BrokerStep.Consume consume)
    {
        if (await transport.CountAsync(consume.Queue, Cancellation) is not { Ready: var ready })
        {
            return "missing";
        }

        var consumer = new CollectingConsumer();
        await using var source = await transport.ConsumeAsync(consume.Queue, consume.Prefetch, consumer.Take, Cancellation);
        await consumer.ReceivesAsync((int)Math.Min(consume.Prefetch, ready));
        await source.CancelAsync(Cancellation);
        var deliveries = consumer.Deliveries;
        foreach (var (index, settlement) in consume.Settles.Where(settle => settle.Index < deliveries.Count))
        {
            source.TrySettle(deliveries[index], settlement).Should().BeTrue();
        }

        return Show(deliveries);
    }

    private async Task<string> CountsAsync()
    {
        if (expected is null)
        {
            return await LookAsync();
        }

        var wanted = expected[_log.Count];
        var seen = "";
        try
        {
            await Eventually.Holds(async () => (seen = await LookAsync()) == wanted, $"the counts are {wanted}");
            return wanted;
        }
        catch (Xunit.Sdk.XunitException)
        {
            return seen;
        }
    }

    private async Task<string> LookAsync()
    {
        List<string> counts = [];
        foreach (var queue in program.Queues)
        {
            counts.Add($"{(await transport.CountAsync(queue, Cancellation))?.Ready}");
        }

        return "ready " + string.Join(", ", counts);
    }
}
