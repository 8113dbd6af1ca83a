using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Messages whose copies find no room come round at the end of their queue, beside a steady flow of good ones.</summary>
public sealed class SetAsideTests
{
    private const int Bad = 40;
    private const int Good = 40;
    private readonly Lock _gate = new();
    private EngineFixture _engine = null!;
    private int _attempts;
    private int _rounds;

    [Safeguard("A message that is set aside comes round by the clock", SwitchedOff = "`DeliveryMover.WaitForRoundAsync` returns at once")]
    [Safeguard("A full queue is not tried for each message", SwitchedOff = "`CopyTargets.MayTry` is always true")]
    [Theory, Trait("Spec", "FM3")]
    [InlineData(1)]
    [InlineData(4)]
    public async Task While_good_messages_flow_a_full_dead_letter_queue_is_tried_by_the_clock_and_not_by_the_traffic(int concurrency)
    {
        var transport = new ScriptedTransport { Answer = (message, destination) => Task.FromResult(Answer(message, destination)) };
        _engine = await EngineFixture.StartAsync(
            (_, context, _) => context.MessageId![0] == 'b' ? throw new PermanentFailureException("no") : Task.CompletedTask,
            options =>
            {
                options.Concurrency = concurrency;
                options.Policy = DeliveryPolicy.NoRetry;
            },
            transport);
        await using var ending = _engine;
        var began = _engine.Transport.Clock.GetUtcNow();
        for (var i = 0; i < Bad; i++)
        {
            Deliver($"b{i}");
        }

        for (var i = 0; i < Good; i++)
        {
            Deliver($"g{i}");
            await HandledAsync(i + 1);
        }

        var seconds = (_engine.Transport.Clock.GetUtcNow() - began).TotalSeconds;
        _attempts.Should().BeGreaterThanOrEqualTo(Bad).And.BeLessThan(Bad + 10 + (int)seconds, "each is tried once, and then the queue, by the clock");
        _rounds.Should().BeLessThan(Bad + 10 + (int)(seconds * Bad), "each comes round at most once a second");
        _engine.Status.UnavailableTargets.Should().Equal("queue 'orders.dlq'");
    }

    private PublishOutcome Answer(Message message, Destination destination)
    {
        if (destination.RoutingKey == "orders.dlq")
        {
            Interlocked.Increment(ref _attempts);
            return PublishOutcome.Rejected("full");
        }

        Interlocked.Increment(ref _rounds);
        var headers = new Dictionary<string, string>(message.Headers);
        _ = Task.Run(() => Deliver(message.Id, headers), TestContext.Current.CancellationToken); // at the end of its queue
        return PublishOutcome.Confirmed;
    }

    private void Deliver(string id, Dictionary<string, string>? headers = null)
    {
        lock (_gate)
        {
            _engine.Source.Deliver(id, headers: headers, exchange: "", key: "orders");
        }
    }

    /// <summary>Lets time pass until as many good ones are handled: behind those that wait, a good one waits too.</summary>
    private Task HandledAsync(int good) => Eventually.Holds(
        () =>
        {
            if (_engine.Status.Acknowledged == good)
            {
                return true;
            }

            _engine.Transport.Clock.Advance(TimeSpan.FromMilliseconds(200));
            return false;
        },
        $"{good} good messages are handled");
}
