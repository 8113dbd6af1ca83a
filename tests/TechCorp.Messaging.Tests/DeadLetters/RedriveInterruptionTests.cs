namespace TechCorp.Messaging.Tests;

public sealed class RedriveInterruptionTests
{
    [Fact]
    public async Task A_channel_lost_while_getting_the_next_keeps_the_counts()
    {
        var transport = new ScriptedTransport { Counts = new QueueCounts(2, 0), Reader = new LosingReader() };
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask, transport: transport);

        var result = await engine.Bus.DeadLetters.RedriveAsync(EngineFixture.Queue, cancellationToken: TestContext.Current.CancellationToken);

        result.Redriven.Should().Be(1);
        result.Interrupted.Should().BeTrue();
    }

    [Safeguard("A dead letter that stays is not counted as redriven", SwitchedOff = "`Redrive.SendBackAsync` counts it")]
    [Fact]
    public async Task A_redriven_dead_letter_that_cannot_be_acknowledged_is_not_counted_as_redriven()
    {
        var transport = new ScriptedTransport { Counts = new QueueCounts(2, 0), Reader = new LosingReader { Settles = false } };
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask, transport: transport);

        var result = await engine.Bus.DeadLetters.RedriveAsync(EngineFixture.Queue, cancellationToken: TestContext.Current.CancellationToken);

        result.Should().BeEquivalentTo(new { Matched = 1, Redriven = 0, Failed = 0, Interrupted = true });
    }

    /// <summary>One message, then the channel is gone.</summary>
    private sealed class LosingReader : IQueueReader
    {
        private bool _got;

        internal bool Settles { get; init; } = true;

        public Task<Delivery?> GetAsync(CancellationToken cancellationToken)
        {
            if (_got)
            {
                throw new BrokerConnectionException("broker:5672", "/", "app", "the channel is gone", new IOException());
            }

            _got = true;
            return Task.FromResult<Delivery?>(new Delivery
            {
                Generation = 1,
                Tag = 1,
                Body = default,
                Exchange = "",
                RoutingKey = "orders.dlq",
                MessageId = "m1",
                Headers = new Dictionary<string, string>(),
            });
        }

        public Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken) => Task.FromResult(Settles);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
