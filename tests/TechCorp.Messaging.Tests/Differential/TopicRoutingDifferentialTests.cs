using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The pure matcher against a real server's topic exchanges.</summary>
/// <remarks>Each exchange is bound to each queue by another pattern, so the server matches a hundred patterns with each key.</remarks>
[Trait("Spec", "CN17")]
public sealed class TopicRoutingDifferentialTests
{
    private const int Queues = 100;
    private const int PatternsEach = 100;
    private const int KeysEach = 20;
    private static readonly string[] Words = ["order", "created", "a", "", "*", "#"];
    private readonly Random _random = new(17);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [DiffersByVersion("RabbitMQ: before 4.3 a topic binding may have any number of `#`; from 4.3 on at most two")]
    [Fact, Trait("Spec", "FV5")]
    public async Task Ten_thousand_generated_patterns_match_as_on_the_server()
    {
        await using var server = new RabbitMqBackend();
        await server.StartAsync();
        var transport = await server.StartTransportAsync();
        var queues = Enumerable.Range(0, Queues).Select(_ => server.Queue()).ToList();
        var most = server.ServerVersion < TopicPattern.BoundedSince ? int.MaxValue : TopicPattern.MostMany;
        var patterns = Distinct(Queues * PatternsEach, most).Chunk(Queues)
            .ToDictionary(_ => server.Exchange(), texts => texts.Select(text => new TopicPattern(text)).ToList());
        var sent = patterns.SelectMany(exchange => Enumerable.Range(0, KeysEach).Select(_ => (Exchange: exchange.Key, Key: KeyFor(exchange.Value)))).ToList();

        await transport.DeclareAsync(queues.Aggregate(Topology.Empty,
            (topology, queue) => topology.Add(new QueueDeclaration(queue) { Kind = QueueKind.Classic })), TopologyMode.Create, Cancellation);
        foreach (var (exchange, bound) in patterns)
        {
            await transport.DeclareAsync(Bound(exchange, bound.Zip(queues)), TopologyMode.Create, Cancellation);
        }

        foreach (var some in sent.Chunk(200))
        {
            var outcomes = await Task.WhenAll(some.Select(to => transport.PublishAsync(TextMessage.Of(""), Destination.ToExchange(to.Exchange, to.Key),
                UnroutableBehavior.Accept, Eventually.Watchdog, Cancellation).AsTask()));
            outcomes.Should().OnlyContain(outcome => outcome.IsConfirmed);
        }

        var routed = 0;
        for (var i = 0; i < Queues; i++)
        {
            var expected = sent.Where(to => patterns[to.Exchange][i].Matches(to.Key)).ToList();
            (await ArrivedAsync(transport, queues[i])).Should().Equal(expected, $"that is what the patterns of queue {i} match");
            routed += expected.Count;
        }

        routed.Should().BeInRange(Queues * KeysEach, Queues * PatternsEach * KeysEach / 2, "patterns that match nothing or everything show nothing");
    }

    private List<string> Distinct(int count, int mostMany)
    {
        HashSet<string> texts = [];
        while (texts.Count < count)
        {
            var text = string.Join('.', Enumerable.Range(0, _random.Next(8)).Select(_ => Words[_random.Next(Words.Length)]));
            if (TopicPattern.CountMany(text) <= mostMany)
            {
                texts.Add(text);
            }
        }

        return [.. texts];
    }

    /// <summary>A key that a pattern of them may well match: its wildcards filled in, and now and then a word more or another.</summary>
    private string KeyFor(List<TopicPattern> patterns)
    {
        var words = patterns[_random.Next(patterns.Count)].Text.Split('.').SelectMany(word => word switch
        {
            "*" => [Words[_random.Next(Words.Length)]],
            "#" => Enumerable.Range(0, _random.Next(3)).Select(_ => Words[_random.Next(Words.Length)]),
            _ => _random.Next(10) == 0 ? [Words[_random.Next(Words.Length)]] : [word],
        });
        return string.Join('.', words);
    }

    private static Topology Bound(string exchange, IEnumerable<(TopicPattern Pattern, string Queue)> patterns) => patterns.Aggregate(
        Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic)),
        (topology, bound) => topology.Add(new BindingDeclaration(exchange, bound.Queue, bound.Pattern.Text)));

    private static async Task<List<(string Exchange, string Key)>> ArrivedAsync(ITransport transport, string queue)
    {
        await using var reader = await transport.OpenReaderAsync(queue, Cancellation);
        List<(string, string)> arrived = [];
        while (await reader.GetAsync(Cancellation) is { } delivery)
        {
            arrived.Add((delivery.Exchange, delivery.RoutingKey));
        }

        return arrived;
    }
}
