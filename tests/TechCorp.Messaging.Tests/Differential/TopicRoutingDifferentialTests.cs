using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The pure matcher against a real server's topic exchange.</summary>
[Trait("Spec", "CN17")]
public sealed class TopicRoutingDifferentialTests
{
    private const int Patterns = 100;
    private const int Keys = 100;
    private static readonly string[] Words = ["order", "created", "a", "", "*", "#"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_pairs_of_pattern_and_key_are_decided_as_the_server_decides_them()
    {
        await using var server = new RabbitMqBackend();
        await server.StartAsync();
        var transport = await server.StartTransportAsync();
        var random = new Random(17);
        var exchange = server.Exchange();
        var patterns = Enumerable.Range(0, Patterns).Select(_ => (Pattern: new TopicPattern(Text(random)), Queue: server.Queue())).ToList();
        var keys = Enumerable.Range(0, Keys).Select(_ => Text(random)).ToList();

        await transport.DeclareAsync(Bound(exchange, patterns), TopologyMode.Create, Cancellation);
        for (var i = 0; i < Keys; i++)
        {
            var outcome = await transport.PublishAsync(TextMessage.Of($"{i}"), Destination.ToExchange(exchange, keys[i]), WhenUnroutable.Accept, Eventually.Watchdog, Cancellation);
            outcome.IsConfirmed.Should().BeTrue();
        }

        foreach (var (pattern, queue) in patterns)
        {
            var expected = Enumerable.Range(0, Keys).Where(i => pattern.Matches(keys[i])).Select(i => keys[i]);
            (await KeysInAsync(transport, queue)).Should().Equal(expected, $"that is what the pattern '{pattern.Text}' matches");
        }
    }

    private static string Text(Random random) => string.Join('.', Enumerable.Range(0, random.Next(6)).Select(_ => Words[random.Next(Words.Length)]));

    private static Topology Bound(string exchange, IEnumerable<(TopicPattern Pattern, string Queue)> patterns) => patterns.Aggregate(
        Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic)),
        (topology, bound) => topology
            .Add(new QueueDeclaration(bound.Queue) { Kind = QueueKind.Classic })
            .Add(new BindingDeclaration(exchange, bound.Queue, bound.Pattern.Text)));

    private static async Task<List<string>> KeysInAsync(ITransport transport, string queue)
    {
        await using var reader = await transport.OpenReaderAsync(queue, Cancellation);
        List<string> keys = [];
        while (await reader.GetAsync(Cancellation) is { } delivery)
        {
            keys.Add(delivery.RoutingKey);
        }

        return keys;
    }
}
