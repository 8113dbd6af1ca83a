namespace TechCorp.Messaging.Tests;

/// <summary>The in-memory broker against a real server, whose version it imitates: the same random programs, and everything that can be seen must
/// agree.</summary>
[Trait("Spec", "IM2"), Trait("Spec", "CN17"), Trait("Spec", "FV4")]
public sealed class DifferentialTests
{
    private const int AtOnce = 4;

    [Fact]
    public Task Sixty_random_programs_behave_the_same_in_memory_and_on_the_server() => CompareAsync(seeds: Enumerable.Range(1, 60));

    [Fact, Trait("Category", "Soak")]
    public Task Two_thousand_random_programs_behave_the_same_in_memory_and_on_the_server() => CompareAsync(seeds: Enumerable.Range(1_000, 2_000));

    private static Task CompareAsync(IEnumerable<int> seeds) => Parallel.ForEachAsync(
        seeds,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
        async (seed, _) => await CompareAsync(seed));

    private static async Task CompareAsync(int seed)
    {
        await using var server = new RabbitMqBackend();
        await server.StartAsync();
        var program = new BrokerProgram(seed, server);

        await using var memory = new InMemoryBackend(server.ServerVersion);
        var expected = await new BrokerProgramRun(memory, await memory.StartTransportAsync(), program).RunAsync();
        var actual = await new BrokerProgramRun(server, await server.StartTransportAsync(), program, expected).RunAsync();

        for (var line = 0; line < actual.Count; line++)
        {
            var step = line / 2 < program.Steps.Count ? program.Steps[line / 2].ToString() : "the end";
            actual[line].Should()
                .Be(expected[line], $"that is what memory showed after step {line / 2} ({step}) of {Environment.NewLine}{program}{Environment.NewLine}");
        }
    }
}
