using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Publishes while connections are killed at random; the accounts must balance to the last message.</summary>
[Trait("Spec", "PB17")]
public sealed class PublishLedgerTests : RabbitMqTransportTest
{
    private const int Senders = 128;
    private const int Seed = 20_261_122;

    [Fact]
    public Task Every_publish_has_an_outcome_and_every_confirmed_message_arrives_with_ten_kills() => RunAsync(each: 200, kills: 10);

    [Fact, Trait("Category", "Soak")]
    public Task Every_publish_has_an_outcome_and_every_confirmed_message_arrives_in_a_million_with_a_hundred_kills() => RunAsync(each: 7_813, kills: 100);

    private async Task RunAsync(int each, int kills)
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        var ledger = new MessageLedger(Senders);
        await using var reader = await RabbitMqServer.ChannelAsync();
        var consumer = new AsyncEventingBasicConsumer(reader);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var words = Encoding.UTF8.GetString(delivery.Body.Span).Split(':');
            ledger.Receive(int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        };
        await reader.BasicConsumeAsync(queue, autoAck: true, consumer, Cancellation);

        var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(sender), Cancellation)));
        var random = new Random(Seed);
        for (var kill = 1; kill <= kills; kill++)
        {
            var mark = (long)Senders * each * kill / (kills + 1);
            await Eventually.Holds(() => ledger.Sent >= mark || senders.IsCompleted, $"{mark} are sent", TimeSpan.FromMinutes(2));
            Backend.ProxyOf(transport).Cut(reset: random.Next(2) == 0);
        }

        await Eventually.Ends(senders, "no call hangs", TimeSpan.FromMinutes(2));
        ledger.Unknown.Should().Be(0, "every call has an outcome");
        (ledger.Confirmed + ledger.Failed).Should().Be((long)Senders * each);
        ledger.Failed.Should().Be(0, "each reconnect takes much less than the deadline");
        await Eventually.Holds(() => ledger.Lost == 0, "every confirmed message arrives", TimeSpan.FromMinutes(2));
        ledger.Duplicates.Should().BeLessThanOrEqualTo((long)kills * Senders, "only what was in flight at a kill may come twice");
        ledger.Reordered.Should().Be(0);

        async Task SendAsync(int sender)
        {
            for (var i = 0; i < each; i++)
            {
                var number = ledger.Send(sender);
                var outcome = await PublishAsync(transport, queue, $"{sender}:{number}", TimeSpan.FromSeconds(30));
                ledger.End(sender, number, outcome.IsConfirmed);
            }
        }
    }
}
