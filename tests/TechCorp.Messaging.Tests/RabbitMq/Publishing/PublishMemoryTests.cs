using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>What publishing keeps in memory while the broker takes nothing. Alone, as it measures the whole process.</summary>
[Collection(nameof(BrokerControl))]
public sealed class PublishMemoryTests : RabbitMqTransportTest
{
    private const int Callers = 64;
    private const int PublishesEach = 10_000;
    private const int SampleEvery = 500;
    private const long MostKept = 8 * 1024 * 1024; // 13 bytes of each publish
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(5);
    private readonly FakeTimeProvider _timeProvider = new();

    [Safeguard("The limit of outstanding confirms")]
    [Safeguard("Entries are used again",
        SwitchedOff = "`PublishEntryPool` rents new ones and keeps all: 400 MB, with a broker that is gone and with a silent one")]
    [Theory, Trait("Spec", "PB9")]
    [InlineData("gone")]
    [InlineData("silent")]
    public async Task Memory_stays_bounded_when_64_callers_publish_10_000_times_each_to_a_broker_that(string hasBecome)
    {
        var options = new PublisherOptions();
        var transport = await Backend.StartAsync(options, _timeProvider);
        var queue = await QueueAsync(transport);
        (await PublishAsync(transport, queue)).IsConfirmed.Should().BeTrue();
        StopTheBroker(transport, hasBecome);
        await PublishOnceEachAsync(transport, queue, options.MaxOutstandingConfirms); // pools and tables have their size
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = before;

        for (var i = 0; i < PublishesEach; i++)
        {
            var kept = await PublishOnceEachAsync(transport, queue, options.MaxOutstandingConfirms, weighs: i % SampleEvery == SampleEvery - 1);
            peak = Math.Max(peak, kept);
        }

        Backend.ProxyOf(transport).Cut(); // what hangs in a silent socket ends by no advanced clock
        (peak - before).Should().BeLessThan(MostKept);
    }

    private void StopTheBroker(RabbitMqTransport transport, string hasBecome)
    {
        if (hasBecome == "gone")
        {
            Backend.ProxyOf(transport).Close();
        }
        else
        {
            Backend.ProxyOf(transport).Stall();
        }
    }

    /// <summary>Each caller publishes one message, and all of them expire.</summary>
    /// <returns>What the process kept while they waited, if it is weighed.</returns>
    private async Task<long> PublishOnceEachAsync(RabbitMqTransport transport, string queue, int window, bool weighs = false)
    {
        var publishes = Enumerable.Range(0, Callers).Select(_ => PublishAsync(transport, queue, timeout: Timeout)).ToList();
        transport.Outstanding.Should().BeLessThanOrEqualTo(window);
        transport.WaitingPublishes.Should().BeLessThanOrEqualTo(Callers);
        var kept = weighs ? GC.GetTotalMemory(forceFullCollection: true) : 0;

        _timeProvider.Advance(Timeout);

        (await Eventually.Ends(Task.WhenAll(publishes), "all of them expire")).Should().OnlyContain(outcome => outcome.Kind == PublishOutcomeKind.Expired);
        return kept;
    }
}
