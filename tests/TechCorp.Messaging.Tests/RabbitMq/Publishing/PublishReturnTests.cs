using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Whose return it is when the same message is on its way twice, and the caller of the first has gone.</summary>
[Trait("Spec", "PB2"), Trait("Spec", "PB6")]
public sealed class PublishReturnTests : RabbitMqTransportTest
{
    [Safeguard("A return finds the publish that it is for, also when its caller has gone",
        SwitchedOff = "`PublishConfirms.Return` ignores abandoned publishes, or an abandoned one forgets that it was returned")]
    [Fact]
    public async Task The_return_of_a_cancelled_publish_is_not_taken_for_its_twins()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var (queue, mark) = (Backend.Queue(), await QueueAsync(transport));
        var message = TextMessage.Of("twin");
        using var caller = new CancellationTokenSource();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall(toServer: false);

        var first = TwinAsync(caller.Token);
        var marker = PublishAsync(transport, mark);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(mark) == 1, "the broker has seen the first: it works off a channel in order");
        await caller.CancelAsync();
        await first.Invoking(cancelled => cancelled).Should().ThrowAsync<OperationCanceledException>();
        await using (var channel = await RabbitMqServer.ChannelAsync())
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation);
        }

        var second = TwinAsync(Cancellation);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 1, "the second is in the queue");
        proxy.Resume();

        (await second).IsConfirmed.Should().BeTrue();
        (await marker).IsConfirmed.Should().BeTrue();

        Task<PublishOutcome> TwinAsync(CancellationToken cancellationToken)
            => transport.PublishAsync(message, Destination.ToQueue(queue), UnroutableBehavior.Fail, Eventually.Watchdog, cancellationToken).AsTask();
    }

    [Safeguard("A return finds the publish that it is for, also when its caller has gone")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_of_two_twins_has_its_own_return_whenever_the_first_is_cancelled(bool afterItsReturn)
    {
        var timeProvider = new FakeTimeProvider();
        var publishes = new PublishQueue(4, ConnectionLossBehavior.Resend, new MissingExchanges((_, _) => Task.FromResult(false)), timeProvider);
        var session = new PublishSession(1, null, 4);
        publishes.Sessions.Open(session, null);
        var message = TextMessage.Of("twin");
        var twins = new[] { Entry(), Entry() };
        foreach (var twin in twins)
        {
            publishes.Enqueue(twin);
            publishes.TakeNext(out _);
        }

        publishes.TakeNext(out _);
        if (!afterItsReturn)
        {
            publishes.Endings.Cancel(twins[0], new CancellationToken(canceled: true));
        }

        publishes.Confirms.Return(session, message.Id, "", "k", 312, "of the first");
        publishes.Endings.Cancel(twins[0], new CancellationToken(canceled: true));
        publishes.Confirms.Return(session, message.Id, "", "k", 312, "of the second");
        publishes.Confirms.Confirm(session, 2, multiple: true, acknowledged: true);

        twins[0].Fault.Should().BeOfType<OperationCanceledException>();
        twins[1].Outcome.Should().BeEquivalentTo(new { Code = 312, Reason = "of the second" });
        publishes.Outstanding.Should().Be(0);
        await publishes.Endings.StopAsync(Cancellation);

        PublishEntry Entry()
            => new(publishes.Endings,
                timeProvider)
            { Message = message, RoutingKey = "k", Deadline = timeProvider.GetTimestamp() + (30 * timeProvider.TimestampFrequency) };
    }
}
