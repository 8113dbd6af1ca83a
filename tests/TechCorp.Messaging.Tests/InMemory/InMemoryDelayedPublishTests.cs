using System.Globalization;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>When a delayed message arrives, to the second, on a clock that the test moves.</summary>
public sealed class InMemoryDelayedPublishTests : InMemoryBrokerTest
{
    private static readonly Destination Reminders = Destination.ToQueue("reminders");

    public static TheoryData<string, int> Delays => new()
    {
        { "00:00:00.0000001", 1 }, { "00:00:01", 1 }, { "00:00:01.5", 2 }, { "00:00:02", 2 }, { "00:00:59", 59 }, { "00:15:00", 900 }, { "1.00:00:00", 86_400 },
        { "48.13:05:03", 4_194_303 },
    };

    [Safeguard("A delay is kept to the second and never ends early", SwitchedOff = "`DelaySteps.Of` rounds down")]
    [Theory, Trait("Spec", "FM21"), MemberData(nameof(Delays))]
    public async Task It_arrives_when_its_delay_rounded_up_to_a_second_has_passed_and_not_before(string delay, int seconds)
    {
        var consumer = await StartAsync();

        await PublishAsync("1", TimeSpan.Parse(delay, CultureInfo.InvariantCulture));

        Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await Transport.CountAsync("reminders", Cancellation);
        consumer.Texts.Should().BeEmpty();
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.Holds(() => consumer.Texts.SequenceEqual(["1"]), "its time has come");
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task Short_delays_do_not_wait_behind_long_ones()
    {
        var consumer = await StartAsync();
        var random = new Random(21);
        var delays = Enumerable.Range(0, 200).Select(_ => random.Next(1, 2000)).Distinct().ToList();
        foreach (var delay in delays)
        {
            await PublishAsync($"{delay}", TimeSpan.FromSeconds(delay));
        }

        for (var second = 1; second <= 2000; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Transport.CountAsync("reminders", Cancellation);
            var due = delays.Count(delay => delay <= second);
            await Eventually.Holds(() => consumer.Texts.Length == due, $"what is due after {second} s has arrived, and nothing else");
        }

        consumer.Texts.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Should().Equal(delays.Order());
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task Zero_is_no_delay()
    {
        var consumer = await StartAsync();

        await PublishAsync("1", TimeSpan.Zero);

        await Eventually.Holds(() => consumer.Texts.Length > 0, "it arrives at once");
        (await Transport.CountAsync("reminders.queue-delay.last", Cancellation)).Should().BeNull();
    }

    private Task PublishAsync(string text, TimeSpan delay)
    {
        IMessagePublisher publisher = new MessagePublisher(Transport, new MessageCatalog(), new PublisherOptions(), "tests", Time);
        return publisher.PublishAsync(TextMessage.Of(text), Reminders, new PublishOptions { Delay = delay }, Cancellation);
    }

    private async Task<CollectingConsumer> StartAsync()
    {
        await DeclareAsync(new QueueDeclaration("reminders"));
        return await SubscribeAsync("reminders", prefetch: 1000);
    }
}
