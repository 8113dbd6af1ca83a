using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A small random program for a broker: a topology and steps, the same for the same seed but for the names.</summary>
internal sealed class BrokerProgram
{
    private readonly Random _random;
    private readonly RandomTopology _topology;

    internal BrokerProgram(int seed, TransportBackend names)
    {
        Seed = seed;
        _random = new Random(seed);
        _topology = new RandomTopology(_random, names);
        var steps = Enumerable.Range(0, _random.Next(8, 25)).Select(Step).ToList();
        foreach (var late in _topology.Late)
        {
            steps.Insert(_random.Next(steps.Count), new BrokerStep.Declare(late, TopologyMode.Create));
        }

        Steps = steps;
        Queues = [.. _topology.Queues.Select(queue => queue.Name)];
        Lasting = [.. _topology.Lasting.Select(queue => queue.Name)];
    }

    internal int Seed { get; }

    internal Topology Topology => _topology.First;

    internal IReadOnlyList<BrokerStep> Steps { get; }

    internal IReadOnlyList<string> Queues { get; }

    /// <summary>Those that may be read: what expires on a real server while it is read is a matter of luck.</summary>
    internal IReadOnlyList<string> Lasting { get; }

    public override string ToString()
        => $"seed {Seed}{Environment.NewLine}{string.Join(Environment.NewLine, [.. Topology.Exchanges, .. Topology.Queues, .. Topology.Bindings, .. Steps])}";

    private BrokerStep Step(int number)
    {
        var readable = _topology.Lasting.ToList();
        return _random.Next(readable.Count == 0 ? 7 : 12) switch
        {
            < 3 => new BrokerStep.Publish(Destination.ToQueue(_topology.Pick(_topology.Queues).Name), $"{number}"),
            < 6 => new BrokerStep.Publish(Destination.ToExchange(_topology.Exchange.Name, _topology.Key()), $"{number}"),
            < 7 => Redeclare(),
            < 10 => new BrokerStep.Read(_topology.Pick(readable).Name, _random.Next(1, 6), Settles(shuffled: true)),
            _ => new BrokerStep.Consume(_topology.Pick(readable).Name, (ushort)_random.Next(1, 6), Settles(shuffled: false)),
        };
    }

    /// <summary>Declares something as it is or otherwise, or looks whether it is there.</summary>
    private BrokerStep.Declare Redeclare()
    {
        var queue = _topology.Pick(_topology.Queues);
        return _random.Next(5) switch
        {
            0 => new(Topology.Empty.Add(queue), TopologyMode.Create),
            1 => new(Topology.Empty.Add(queue with { MaxLength = 99 }), TopologyMode.Create),
            2 => new(Topology.Empty.Add(_topology.Exchange with { Kind = _topology.Pick(Enum.GetValues<ExchangeKind>()) }), TopologyMode.Create),
            3 => new(Topology.Empty.Add(new BindingDeclaration(_topology.Exchange.Name, queue.Name, _topology.Key("*", "#"))), TopologyMode.Create),
            _ => new(Topology.Empty.Add(_topology.Exchange).Add(queue), TopologyMode.Validate),
        };
    }

    private List<(int Index, Settlement Settlement)> Settles(bool shuffled)
    {
        var indexes = Enumerable.Range(0, 6).Where(_ => _random.Next(4) > 0).ToArray();
        if (shuffled)
        {
            _random.Shuffle(indexes);
        }

        return [.. indexes.Select(index => (index, _topology.Pick(Enum.GetValues<Settlement>())))];
    }
}
