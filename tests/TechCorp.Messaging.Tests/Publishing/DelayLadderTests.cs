using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The wait for the declaration of delay queues while there is no broker.</summary>
public sealed class DelayLadderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Safeguard("A stop cancels nobody's call", SwitchedOff = "`RabbitMqTransport.OnLinkAsync` and `DelayLadders.EnsureAsync` let the cancellation through")]
    [Fact, Trait("Spec", "FM21")]
    public async Task A_delayed_publish_that_waits_when_the_transport_is_disposed_ends_with_an_outcome()
    {
        var transport = Unconnected();
        IMessagePublisher publisher = new MessagePublisher(transport, new MessageCatalog(), new PublisherOptions(), "tests", TimeProvider.System);
        var publishing = publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue("reminders"),
            new PublishOptions { Delay = TimeSpan.FromSeconds(2) }, Cancellation).AsTask();

        await transport.DisposeAsync();

        (await Eventually.Ends(publishing, "it ends")).Should().Match<PublishOutcome>(outcome => outcome.Kind == PublishOutcomeKind.Expired
            && !outcome.MayHaveBeenDelivered && outcome.Reason.Contains("stopped"));
    }

    [Safeguard("A stop cancels nobody's call")]
    [Fact, Trait("Spec", "CN9")]
    public async Task A_question_that_waits_when_the_transport_is_disposed_says_that_it_is_disposed()
    {
        var transport = Unconnected();
        var counting = () => transport.CountAsync("orders", Cancellation);
        var waiting = counting.Should().ThrowAsync<ObjectDisposedException>();

        await transport.DisposeAsync();

        await waiting;
    }

    [Safeguard("A delayed publish that finds no delay exchange declares it again", SwitchedOff = "`MessagePublisher.DelayAsync` forgets no ladder")]
    [Fact, Trait("Spec", "FM21")]
    public async Task A_ladder_that_somebody_removed_is_declared_by_the_next_publish()
    {
        var transport = new ScriptedTransport { Answer = (_, _) => Task.FromResult(PublishOutcome.Returned(404, "NOT_FOUND")) };
        IMessagePublisher publisher = new MessagePublisher(transport, new MessageCatalog(), new PublisherOptions(), "tests", transport.Clock);
        var (reminders, delayed) = (Destination.ToQueue("reminders"), new PublishOptions { Delay = TimeSpan.FromSeconds(2) });

        var returned = await publisher.TryPublishAsync(TextMessage.Of("1"), reminders, delayed, Cancellation);
        transport.Answer = (_, _) => Task.FromResult(PublishOutcome.Confirmed);
        await publisher.TryPublishAsync(TextMessage.Of("2"), reminders, delayed, Cancellation);
        await publisher.TryPublishAsync(TextMessage.Of("3"), reminders, delayed, Cancellation);

        returned.Kind.Should().Be(PublishOutcomeKind.Returned);
        transport.Log.Entries.Count(entry => entry.StartsWith("declare", StringComparison.Ordinal)).Should().Be(2, "it was there and then it was not");
    }

    private static RabbitMqTransport Unconnected()
        => new(new RabbitMqOptions { Uris = [new Uri("amqp://127.0.0.1:1/")] }, new PublisherOptions(), "tests", TimeProvider.System, NullLogger.Instance);
}
