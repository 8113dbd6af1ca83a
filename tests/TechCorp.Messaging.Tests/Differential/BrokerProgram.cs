using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A small random program for a broker: a topology and steps, the same for the same seed but for the names.</summary>
/// <remarks>
/// It keeps to what is certain on a real server: each queue has a dead-letter queue of its own, because dead letters of different queues overtake
/// each other there, and quorum queues do not refuse, because they do so late.
/// </remarks>
internal sealed class BrokerProgram
{
    private static readonly string[] Words = ["order", "created", "a"];
    private readonly Random _random;
    private readonly string _exchange;
    private readonly List<string> _queues = [];

    internal BrokerProgram(int seed, TransportBackend names)
    {
        Seed = seed;
        _random = new Random(seed);
        _exchange = names.Exchange();
        Topology = Topology.Empty.Add(new ExchangeDeclaration(_exchange, Pick(Enum.GetValues<ExchangeKind>())));
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            AddQueue(names.Queue());
        }

        Steps = [.. Enumerable.Range(0, _random.Next(8, 25)).Select(Step)];
    }

    internal int Seed { get; }

    internal Topology Topology { get; private set; }

    internal IReadOnlyList<BrokerStep> Steps { get; }

    /// <summary>All queues, the same order for the same seed.</summary>
    internal IEnumerable<string> Queues => _queues.SelectMany(queue => (string[])[queue, Topology.DeadLetterQueueOf(queue)]).Where(Topology.QueuesByName.ContainsKey);

    public override string ToString()
        => $"seed {Seed}{Environment.NewLine}{string.Join(Environment.NewLine, [.. Topology.Exchanges, .. Topology.Queues, .. Topology.Bindings, .. Steps])}";

    private void AddQueue(string name)
    {
        var queue = new QueueDeclaration(name) { Kind = Pick(Enum.GetValues<QueueKind>()) };
        queue = _random.Next(3) == 0 ? queue with { MaxLength = _random.Next(1, 5), Overflow = queue.Kind == QueueKind.Classic ? Pick(Enum.GetValues<QueueOverflow>()) : QueueOverflow.DropHead } : queue;
        queue = queue.Kind == QueueKind.Quorum && _random.Next(2) == 0 ? queue with { DeliveryLimit = _random.Next(1, 4) } : queue;
        if (_random.Next(3) > 0)
        {
            var deadLetters = Topology.DeadLetterQueueOf(name);
            queue = queue with { DeadLetterExchange = "", DeadLetterRoutingKey = deadLetters };
            Topology = Topology.Add(new QueueDeclaration(deadLetters) { Kind = Pick(Enum.GetValues<QueueKind>()) });
        }

        Topology = Topology.Add(queue);
        _queues.Add(name);
        for (var i = _random.Next(3); i > 0; i--)
        {
            Topology = Topology.Add(new BindingDeclaration(_exchange, name, Key("*", "#")));
        }
    }

    private BrokerStep Step(int number) => _random.Next(10) switch
    {
        < 4 => new BrokerStep.Publish(Destination.ToQueue(Pick(_queues)), $"{number}"),
        < 6 => new BrokerStep.Publish(Destination.ToExchange(_exchange, Key()), $"{number}"),
        < 8 => new BrokerStep.Read(Pick([.. Queues]), _random.Next(1, 6), Settles(shuffled: true)),
        _ => new BrokerStep.Consume(Pick([.. Queues]), (ushort)_random.Next(1, 6), Settles(shuffled: false)),
    };

    private List<(int Index, Settlement Settlement)> Settles(bool shuffled)
    {
        var indexes = Enumerable.Range(0, 6).Where(_ => _random.Next(4) > 0).ToArray();
        if (shuffled)
        {
            _random.Shuffle(indexes);
        }

        return [.. indexes.Select(index => (index, Pick(Enum.GetValues<Settlement>())))];
    }

    private string Key(params string[] wildcards) => string.Join('.', Enumerable.Range(0, _random.Next(4)).Select(_ => Pick([.. Words, .. wildcards])));

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
