using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Publishing while connections are cut, stalled and refused.</summary>
public sealed class RabbitMqFaultTests : RabbitMqTransportTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Safeguard("A publish waits for the confirm", SwitchedOff = "`PublishWriter.TryWrite` confirms the sequence number itself as soon as the write has ended")]
    [Fact, Trait("Spec", "PB1")]
    public async Task A_publish_does_not_end_before_the_brokers_ack()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall(toServer: false);
        var publish = PublishAsync(transport, queue);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 1, "the broker has the message");

        publish.IsCompleted.Should().BeFalse("the ack has not come");
        proxy.Resume();
        (await publish).IsConfirmed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB5")]
    public async Task Publishes_in_flight_when_the_connection_is_lost_are_sent_again_in_order_with_the_same_ids()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall(toServer: false);
        var publishes = Enumerable.Range(0, 50).Select(i => PublishAsync(transport, queue, $"{i:00}")).ToList();
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 50, "the broker has them all, but its acks are lost");

        proxy.Cut();
        proxy.Resume();

        (await Task.WhenAll(publishes)).Should().OnlyContain(outcome => outcome.IsConfirmed);
        var expected = Enumerable.Range(0, 50).Select(i => $"{i:00}").ToList();
        (await TextsAsync(queue)).Should().Equal([.. expected, .. expected], "each is there twice, the second time in the old order");
    }

    [Fact, Trait("Spec", "PB5")]
    public async Task The_second_sending_has_the_same_id()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall(toServer: false);
        var publish = PublishAsync(transport, queue);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 1, "the broker has it");
        proxy.Cut();
        proxy.Resume();
        await publish;

        await using var reader = await transport.OpenReaderAsync(queue, Cancellation);
        var ids = new[] { (await reader.GetAsync(Cancellation))!.MessageId, (await reader.GetAsync(Cancellation))!.MessageId };
        ids.Distinct().Should().ContainSingle().Which.Should().NotBeNull();
    }

    [Fact, Trait("Spec", "PB5")]
    public async Task They_end_as_lost_at_once_when_the_options_say_so()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions { ConnectionLossBehavior = ConnectionLossBehavior.Fail });
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall();
        var publish = PublishAsync(transport, queue);
        await Eventually.Holds(() => transport.Outstanding == 1, "it is in flight");

        proxy.Close();

        (await publish).Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.ConnectionLost, MayHaveBeenDelivered = true });
    }

    [Fact, Trait("Spec", "PB4")]
    public async Task A_publish_without_a_confirm_expires_and_the_late_ack_harms_nothing()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall(toServer: false);

        (await PublishAsync(transport, queue, "late", Short)).Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = true });
        proxy.Resume();

        (await PublishAsync(transport, queue, "next")).IsConfirmed.Should().BeTrue();
        (await TextsAsync(queue)).Should().Equal("late", "next");
        transport.Outstanding.Should().Be(0);
    }

    [Safeguard("The deadline holds while a write hangs", SwitchedOff = "`PublishWriter.TryWrite` waits for the client's write to end")]
    [Fact, Trait("Spec", "PB4"), Trait("Spec", "PB12")]
    public async Task A_write_that_hangs_ends_by_the_deadline_and_never_sends_what_the_caller_wrote_into_the_body_afterwards()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall();
        var body = new byte[256 * 1024];
        Array.Fill(body, (byte)'a');
        var publishes = Enumerable.Range(0, 250)
            .Select(_ => transport.PublishAsync(new Message { Body = body, Type = "big" }, Destination.ToQueue(queue), UnroutableBehavior.Fail,
                TimeSpan.FromSeconds(1), Cancellation).AsTask()).ToList();
        transport.WaitingPublishes.Should().BePositive("a write must hang for this test to mean anything");

        var outcomes = await Eventually.Ends(Task.WhenAll(publishes), "every call ends by its deadline");
        outcomes.Should().OnlyContain(outcome => outcome.Kind == PublishOutcomeKind.Expired);
        Array.Fill(body, (byte)'b');
        proxy.Resume();

        (await PublishAsync(transport, queue, "last")).IsConfirmed.Should().BeTrue();
        (await TextsAsync(queue)).SkipLast(1).Should().NotBeEmpty().And.OnlyContain(text => text.Length == body.Length && text.Trim('a').Length == 0);
    }

    [Fact, Trait("Spec", "PB6")]
    public async Task A_cancelled_publish_ends_at_once_and_the_others_get_their_own_answers()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall();
        using var caller = new CancellationTokenSource();
        var before = PublishAsync(transport, queue, "before");
        var cancelled = PublishAsync(transport, queue, "cancelled", cancellationToken: caller.Token);
        var after = transport.PublishAsync(TextMessage.Of("after"), Destination.ToQueue(queue + ".missing"), UnroutableBehavior.Fail, Eventually.Watchdog,
            Cancellation).AsTask();

        await caller.CancelAsync();
        var waiting = () => Eventually.Ends(cancelled, "the cancelled call ends");
        (await waiting.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
        proxy.Resume();

        (await before).IsConfirmed.Should().BeTrue();
        (await after).Code.Should().Be(312);
    }

    [Fact, Trait("Spec", "PB9")]
    public async Task MaxOutstandingConfirms_bounds_unconfirmed_publishes_and_a_channel_full_of_expired_ones_is_replaced()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions { MaxOutstandingConfirms = 8 });
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall();
        var publishes = Enumerable.Range(0, 20).Select(i => PublishAsync(transport, queue, $"{i}", Short)).ToList();
        transport.Outstanding.Should().Be(8);
        transport.WaitingPublishes.Should().Be(12);

        (await Eventually.Ends(Task.WhenAll(publishes), "all expire")).Should().OnlyContain(outcome => outcome.Kind == PublishOutcomeKind.Expired);
        proxy.Resume();

        (await PublishAsync(transport, queue, "next", TimeSpan.FromSeconds(30))).IsConfirmed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB12")]
    public async Task Headers_that_cannot_be_read_fail_their_own_caller_only()
    {
        var (transport, queue) = await StartAsync();
        var message = new Message { Body = default, Type = "x", Headers = new UnreadableHeaders() };

        await FluentActions.Awaiting(() => transport.PublishAsync(message, Destination.ToQueue(queue), UnroutableBehavior.Fail, Eventually.Watchdog,
            Cancellation).AsTask()).Should().ThrowAsync<NotSupportedException>();

        (await PublishAsync(transport, queue)).IsConfirmed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB14")]
    public async Task Stopping_waits_for_the_confirms_that_are_due()
    {
        var (transport, queue) = await StartAsync();
        var proxy = Backend.ProxyOf(transport);
        proxy.Stall(toServer: false);
        var publish = PublishAsync(transport, queue);
        await Eventually.Holds(() => transport.Outstanding == 1, "it is in flight");

        var stop = transport.StopAsync(Cancellation);
        stop.IsCompleted.Should().BeFalse();
        (await PublishAsync(transport, queue)).Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
        proxy.Resume();

        (await publish).IsConfirmed.Should().BeTrue();
        await Eventually.Ends(stop, "the stop ends");
    }

    [Fact, Trait("Spec", "PB14")]
    public async Task When_the_stop_has_no_more_time_each_caller_hears_what_is_known()
    {
        var (transport, queue) = await StartAsync(new PublisherOptions { MaxOutstandingConfirms = 1 });
        Backend.ProxyOf(transport).Stall();
        var written = PublishAsync(transport, queue);
        var unwritten = PublishAsync(transport, queue);
        await Eventually.Holds(() => transport is { Outstanding: 1, WaitingPublishes: 1 }, "one is in flight, one waits");

        await transport.StopAsync(new CancellationToken(canceled: true));

        (await written).Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.ConnectionLost, MayHaveBeenDelivered = true });
        (await unwritten).Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
    }

    [Fact, Trait("Spec", "PB15")]
    public async Task The_start_waits_for_a_broker_that_cannot_be_reached()
    {
        var transport = Backend.Create(new PublisherOptions());
        var proxy = Backend.ProxyOf(transport);
        proxy.Close();
        var start = transport.StartAsync(Cancellation);

        (await PublishAsync(transport, "nowhere", timeout: Short)).Should()
            .BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
        start.IsCompleted.Should().BeFalse();
        transport.State.Should().Be(TransportState.Connecting);
        proxy.Reopen();

        await Eventually.Ends(start, "the transport starts");
        transport.State.Should().Be(TransportState.Connected);
        (await PublishAsync(transport, await QueueAsync(transport))).IsConfirmed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB15")]
    public async Task Waiting_for_the_broker_ends_with_the_token()
    {
        var transport = Backend.Create(new PublisherOptions());
        Backend.ProxyOf(transport).Close();
        using var caller = new CancellationTokenSource();
        var start = transport.StartAsync(caller.Token);

        await caller.CancelAsync();

        await FluentActions.Awaiting(() => Eventually.Ends(start, "the start ends")).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact, Trait("Spec", "PB16")]
    public Task A_wrong_password_fails_the_start_naming_host_vhost_and_user_but_not_the_password()
        => RefusesAsync(uri => new UriBuilder(uri) { Password = "hunter2" }.Uri, "guest", "/");

    [Safeguard("\"connected\" means that a channel has opened", SwitchedOff = "`ConnectionOpener` opens no channel")]
    [Fact, Trait("Spec", "PB16")]
    public Task A_missing_virtual_host_fails_the_start_although_the_client_reports_success()
        => RefusesAsync(uri => new UriBuilder(uri) { Path = "/no-such-vhost" }.Uri, "guest", "no-such-vhost");

    [Fact]
    public async Task The_next_node_is_tried_when_one_cannot_be_reached()
    {
        await using var transport = new RabbitMqTransport(
            new RabbitMqOptions { Uris = [new Uri("amqp://guest:guest@127.0.0.1:1/"), RabbitMqServer.Uri], ReconnectDelay = TimeSpan.FromMilliseconds(20) },
            new PublisherOptions(), "tests", TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        await Eventually.Ends(transport.StartAsync(Cancellation), "the second node answers");
    }

    private async Task<(RabbitMqTransport Transport, string Queue)> StartAsync(PublisherOptions? options = null)
    {
        var transport = await Backend.StartAsync(options ?? new PublisherOptions());
        var queue = await QueueAsync(transport);
        (await PublishAsync(transport, queue, "warm")).IsConfirmed.Should().BeTrue();
        await using var channel = await RabbitMqServer.ChannelAsync();
        await channel.QueuePurgeAsync(queue, Cancellation);
        return (transport, queue);
    }

    private static async Task RefusesAsync(Func<Uri, Uri> with, string user, string virtualHost)
    {
        await using var transport = new RabbitMqTransport(
            new RabbitMqOptions { Uris = new List<Uri> { with(RabbitMqServer.Uri) } }, new PublisherOptions(), "tests", TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        var refusal = (await FluentActions.Awaiting(() => Eventually.Ends(transport.StartAsync(Cancellation), "the start fails")).Should()
            .ThrowAsync<BrokerConnectionException>()).Which;

        refusal.Should().BeEquivalentTo(new { Endpoint = $"{RabbitMqServer.Uri.Host}:{RabbitMqServer.Port}", VirtualHost = virtualHost, User = user });
        refusal.ToString().Should().Contain(refusal.Endpoint).And.Contain(virtualHost).And.Contain(user).And.NotContain("hunter2");
        transport.State.Should().Be(TransportState.Refused);
    }
}
