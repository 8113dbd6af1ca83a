using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>What a random program works on: an exchange of any kind, and queues that expire, overflow and dead-letter in every
/// way that is certain on a real server.</summary>
/// <remarks>
/// Not certain there, and so not here: dead letters of different queues overtake each other, so no queue gets those of two; quorum queues refuse late, so
/// they do not; what a quorum queue without a delivery limit gives back goes to its end, as what comes back to it from a dead-letter queue does, whichever
/// is faster; RabbitMQ 3.10 turns a message's deaths round with each new one, so where they decide there are no more than two; a dead letter that must not be
/// lost and found no queue is tried again minutes later, so its queue is there from the beginning or never;
/// and what a quorum queue gives up may still be on its way when the next step begins, so it never goes to a queue that comes later.
/// </remarks>
internal sealed class RandomTopology
{
    /// <summary>Long enough that what a step gives back is in its place before what the step let expire; short enough for two thousand programs.</summary>
    internal static readonly TimeSpan ShortLife = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan LongLife = TimeSpan.FromHours(1);
    private static readonly string[] Words = ["order", "created", "a"];
    private readonly Random _random;
    private readonly TransportBackend _names;
    private readonly List<QueueDeclaration> _queues = [];
    private readonly List<Topology> _late = [];

    internal RandomTopology(Random random, TransportBackend names)
    {
        _random = random;
        _names = names;
        Exchange = new ExchangeDeclaration(names.Exchange(), Pick(Enum.GetValues<ExchangeKind>()));
        Place(Topology.Empty.Add(Exchange));
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            AddWork();
        }
    }

    internal ExchangeDeclaration Exchange { get; }

    /// <summary>What is there when the program begins.</summary>
    internal Topology First { get; private set; } = Topology.Empty;

    /// <summary>What is declared on the way: some before it can be, as its exchange or its queue is late too.</summary>
    internal IReadOnlyList<Topology> Late => _late;

    /// <summary>All queues, the same order for the same seed.</summary>
    internal IReadOnlyList<QueueDeclaration> Queues => _queues;

    /// <summary>The queues whose messages stay until somebody takes them.</summary>
    internal IEnumerable<QueueDeclaration> Lasting => _queues.Where(queue => queue.MessageTimeToLive != ShortLife);

    internal string Key(params string[] wildcards) => string.Join('.', Enumerable.Range(0, _random.Next(4)).Select(_ => Pick([.. Words, .. wildcards])));

    internal T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private bool OneIn(int count) => _random.Next(count) == 0;

    private void AddWork()
    {
        var queue = new QueueDeclaration(_names.Queue()) { Kind = Pick(Enum.GetValues<QueueKind>()) };
        queue = queue.Kind == QueueKind.Quorum && OneIn(2) ? queue with { DeliveryLimit = _random.Next(1, 4) } : queue;
        var bindings = Enumerable.Range(0, _random.Next(3)).Select(_ => new BindingDeclaration(Exchange.Name, queue.Name, Key("*", "#"))).ToList();
        if (OneIn(4))
        {
            First = First.Add(WithDelayedRetry(queue)); // all of it, as it is there or it is not
        }
        else
        {
            queue = WithLimits(queue);
            queue = WithDeadLetters(queue);
            Place(Topology.Empty.Add(queue));
            _queues.Add(queue);
        }

        bindings.ForEach(binding => Place(Topology.Empty.Add(binding)));
    }

    /// <summary>
    /// What it rejects comes back from a queue where it expires: the delayed retry. No limit of length, or the ones that come back would push out others, and
    /// none of deliveries that is ever reached: a third kind of death.
    /// </summary>
    private Topology WithDelayedRetry(QueueDeclaration queue)
    {
        var waiting = new QueueDeclaration(_names.Queue())
        {
            Kind = Pick(Enum.GetValues<QueueKind>()),
            MessageTimeToLive = ShortLife,
            DeadLetterExchange = "",
            DeadLetterRoutingKey = queue.Name,
        };
        queue = queue with { DeadLetterExchange = "", DeadLetterRoutingKey = waiting.Name, DeliveryLimit = queue.Kind == QueueKind.Quorum ? 50 : null };
        _queues.AddRange([queue, waiting]);
        return Topology.Empty.Add(queue).Add(waiting);
    }

    private QueueDeclaration WithLimits(QueueDeclaration queue)
    {
        queue = _random.Next(6) switch
        {
            0 => queue with { MessageTimeToLive = ShortLife },
            1 => queue with { MessageTimeToLive = LongLife },
            _ => queue,
        };
        return OneIn(3)
            ? queue with { MaxLength = _random.Next(1, 5), RejectPublishWhenFull = queue.Kind == QueueKind.Classic && Pick([false, true]) }
            : queue;
    }

    private QueueDeclaration WithDeadLetters(QueueDeclaration queue) => _random.Next(6) switch
    {
        0 => queue,
        1 => queue with { DeadLetterExchange = _names.Exchange("nowhere") },
        2 when queue.Kind == QueueKind.Classic || queue.DeliveryLimit is not null
            => queue with { DeadLetterExchange = "", DeadLetterRoutingKey = OneIn(2) ? queue.Name : null },
        3 => queue with { DeadLetterExchange = "", DeadLetterRoutingKey = AddDeadLetterQueue(queue) },
        _ => WithDeadLetterExchange(queue),
    };

    private QueueDeclaration WithDeadLetterExchange(QueueDeclaration queue)
    {
        var exchange = new ExchangeDeclaration(_names.Exchange("dead"), Pick(Enum.GetValues<ExchangeKind>()));
        var key = OneIn(2) ? Key() : null;
        PlaceDeadLetters(queue, Topology.Empty.Add(exchange));
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            PlaceDeadLetters(queue,
                Topology.Empty.Add(new BindingDeclaration(exchange.Name, AddDeadLetterQueue(queue), OneIn(2) ? key ?? "#" : Key("*", "#"))));
        }

        return queue with { DeadLetterExchange = exchange.Name, DeadLetterRoutingKey = key };
    }

    private string AddDeadLetterQueue(QueueDeclaration of)
    {
        var queue = new QueueDeclaration(_names.Queue("dead")) { Kind = Pick(Enum.GetValues<QueueKind>()), MessageTimeToLive = OneIn(4) ? ShortLife : null };
        PlaceDeadLetters(of, Topology.Empty.Add(queue));
        _queues.Add(queue);
        return queue.Name;
    }

    private void PlaceDeadLetters(QueueDeclaration of, Topology piece)
    {
        if (of.Kind == QueueKind.Classic)
        {
            Place(piece);
        }
        else
        {
            First = First.Add(piece);
        }
    }

    private void Place(Topology piece)
    {
        if (OneIn(6))
        {
            _late.Add(piece);
        }
        else if (CanBeFirst(piece))
        {
            First = First.Add(piece);
        }
        else
        {
            _late.Add(piece);
        }
    }

    /// <summary>A binding needs both its ends.</summary>
    private bool CanBeFirst(Topology piece)
        => piece.Bindings.All(binding => First.ExchangesByName.ContainsKey(binding.Exchange) && First.QueuesByName.ContainsKey(binding.Queue));
}
