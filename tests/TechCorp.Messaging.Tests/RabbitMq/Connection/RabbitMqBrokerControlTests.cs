using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>What only an operator of the server can bring about: alarms, users, permissions.</summary>
[Collection(nameof(BrokerControl))]
public sealed class RabbitMqBrokerControlTests : RabbitMqTransportTest
{
    private const string User = "limited";
    private const string Password = "correct-horse";

    [Fact, Trait("Spec", "FV1")]
    public async Task A_policy_gives_a_dead_letter_queue_of_an_earlier_version_the_limit_that_forty_looks_do_not_reach()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport, QueueKind.Quorum);
        await BrokerControl.RabbitMqCtlAsync("set_policy", "dead-letters-stay", $"^{queue}$", """{"delivery-limit":1000000000}""", "--apply-to", "queues");
        try
        {
            await PublishAsync(transport, queue, "letter");
            for (var look = 0; look < 40; look++)
            {
                await using var reader = await transport.OpenReaderAsync(queue, Cancellation);
                (await Eventually.Returns(() => reader.GetAsync(Cancellation), $"look {look} finds it")).Text().Should().Be("letter");
            }

            await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == 1, "it is there");
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("clear_policy", "dead-letters-stay");
        }
    }

    [Fact, Trait("Spec", "PB8")]
    public async Task While_the_broker_blocks_publishes_wait_to_their_deadline_consumers_go_on_and_publishing_comes_back()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport);
        await PublishAsync(transport, queue, "1");
        await PublishAsync(transport, queue, "2");
        await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.000001");
        try
        {
            var first = PublishAsync(transport, queue, "first", TimeSpan.FromMinutes(1)); // the broker tells only a connection that publishes
            await Eventually.Holds(() => transport.PublishingState == TransportState.Blocked, "the broker says that it blocks");

            var outcome = await PublishAsync(transport, queue, "late", TimeSpan.FromMilliseconds(200));
            outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
            outcome.Reason.Should().Contain("blocks publishing");
            var consumer = await SubscribeAsync(transport, queue);
            await consumer.ReceivesAsync(2);
            consumer.Settle(0).Should().BeTrue();
            var waiting = PublishAsync(transport, queue, "waiting", TimeSpan.FromMinutes(1));

            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "absolute", "1GB");

            (await Eventually.Ends(first, "the first is confirmed")).IsConfirmed.Should().BeTrue();
            (await Eventually.Ends(waiting, "publishing resumes")).IsConfirmed.Should().BeTrue();
            transport.State.Should().Be(TransportState.Connected);
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "absolute", "1GB");
        }
    }

    [Safeguard("A publish that makes the broker close the channel without naming an exchange fails alone",
        SwitchedOff = "`ChannelCloseReason.Parse` knows no such close reason")]
    [DiffersByVersion("RabbitMQ: 3.10 takes messages of up to 128 MiB, from 4.0 on of up to 16 MiB, if its `max_message_size` says nothing else",
        Handling = "a message over the server's limit fails its own publish with the server's words, and no other")]
    [Fact, Trait("Spec", "FV5"), Trait("Spec", "PB7")]
    public async Task A_body_larger_than_the_broker_takes_fails_its_own_publish_and_no_other()
    {
        var isOld = Backend.ServerVersion.Major < 4; // which can be told a lower limit while it runs
        var size = isOld ? 3000 : (16 * 1024 * 1024) + 1;
        await SetLimitAsync(isOld, 2000);
        try
        {
            var transport = await Backend.StartAsync(new PublisherOptions());
            var queue = await QueueAsync(transport);
            var before = Enumerable.Range(0, 10).Select(number => PublishAsync(transport, queue, $"before {number}")).ToList();
            var tooLarge = PublishAsync(transport, queue, new string('x', size));
            var after = Enumerable.Range(0, 10).Select(number => PublishAsync(transport, queue, $"after {number}")).ToList();

            (await Eventually.Ends(Task.WhenAll([.. before, .. after]), "the others are confirmed")).Should().OnlyContain(outcome => outcome.IsConfirmed);
            var outcome = await Eventually.Ends(tooLarge, "the publish that closed the channel ends");
            (outcome.Kind, outcome.Code).Should().Be((PublishOutcomeKind.Rejected, 406));
            outcome.Reason.Should().Contain("message size");
        }
        finally
        {
            await SetLimitAsync(isOld, 134217728);
        }
    }

    private static Task SetLimitAsync(bool can, int bytes)
        => can ? BrokerControl.RabbitMqCtlAsync("eval", $"application:set_env(rabbit, max_message_size, {bytes}).") : Task.CompletedTask;

    [Fact, Trait("Spec", "PB16")]
    public async Task Credentials_that_are_refused_later_on_are_retried_until_they_are_taken_again()
    {
        await WithUserAsync(configure: ".*", async uri =>
        {
            await using var proxy = new TcpProxy(uri.Host, uri.Port);
            await using var transport = await StartAsync(new UriBuilder(uri) { Port = proxy.Port }.Uri);
            await BrokerControl.RabbitMqCtlAsync("change_password", User, "another");

            proxy.Cut();
            await Eventually.Holds(() => transport.State == TransportState.Refused, "the transport says that it is refused");
            await BrokerControl.RabbitMqCtlAsync("change_password", User, Password);

            await Eventually.Holds(() => transport.State == TransportState.Connected, "it connects again");
        });
    }

    [Fact, Trait("Spec", "PB16")]
    public async Task After_a_refusal_at_the_first_contact_the_next_start_connects()
    {
        await WithUserAsync(configure: ".*", async uri =>
        {
            await BrokerControl.RabbitMqCtlAsync("change_password", User, "another");
            await using var transport = new RabbitMqTransport(new RabbitMqOptions { Uris = [uri] }, new PublisherOptions(), "tests", TimeProvider.System,
                NullLogger.Instance);
            await FluentActions.Awaiting(() => transport.StartAsync(Cancellation)).Should().ThrowAsync<BrokerConnectionException>();
            await BrokerControl.RabbitMqCtlAsync("change_password", User, Password);

            await Eventually.Ends(transport.StartAsync(Cancellation), "the second start connects");

            transport.State.Should().Be(TransportState.Connected);
        });
    }

    [Fact, Trait("Spec", "PB3")]
    public async Task An_exchange_that_must_not_be_written_to_is_refused_here_for_a_while_and_the_others_go_on()
    {
        var owner = await Backend.StartAsync(new PublisherOptions());
        var (queue, exchange) = (await QueueAsync(owner), Backend.Exchange());
        await owner.DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout)), TopologyMode.Create, Cancellation);
        await WithUserAsync(configure: "^$", write: @"^amq\.default$", test: async uri =>
        {
            await using var transport = await StartAsync(uri);
            var first = await PublishToAsync();
            var second = await PublishToAsync();

            first.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Rejected, Code = 403, MayHaveBeenDelivered = false });
            second.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Rejected, Code = 403, MayHaveBeenDelivered = false });
            second.Reason.Should().Be(first.Reason);
            (await PublishAsync(transport, queue)).IsConfirmed.Should().BeTrue();

            Task<PublishOutcome> PublishToAsync()
                => transport.PublishAsync(TextMessage.Of("x"), Destination.ToExchange(exchange), UnroutableBehavior.Fail, Eventually.Watchdog, Cancellation)
                    .AsTask();
        });
    }

    [Fact, Trait("Spec", "TP3")]
    public async Task Validate_and_assume_need_no_configure_permission_and_create_says_so_when_it_lacks_it()
    {
        var owner = await Backend.StartAsync(new PublisherOptions());
        var topology = Topology.Empty.Add(new QueueDeclaration(await QueueAsync(owner, QueueKind.Quorum)));
        await WithUserAsync(configure: "^$", async uri =>
        {
            await using var transport = await StartAsync(uri);

            await transport.DeclareAsync(topology, TopologyMode.Validate, Cancellation);
            await transport.DeclareAsync(topology, TopologyMode.Assume, Cancellation);
            var create = () => transport.DeclareAsync(topology, TopologyMode.Create, Cancellation);

            (await create.Should().ThrowAsync<TopologyException>()).Which.Message.Should()
                .Contain("configure permission").And.Contain(nameof(TopologyMode.Validate));
        });
    }

    [Fact, Trait("Spec", "TP1")]
    public async Task A_plan_needs_the_configure_permission_for_what_exists_and_says_so()
    {
        var owner = await Backend.StartAsync(new PublisherOptions());
        var topology = Topology.Empty.Add(new QueueDeclaration(await QueueAsync(owner, QueueKind.Quorum)));
        await WithUserAsync(configure: "^$", async uri =>
        {
            var plan = () => MessageBus.PlanAsync(m => m.UseRabbitMq(o => o.Uris = [uri]).AddTopology(topology), Cancellation);

            (await plan.Should().ThrowAsync<TopologyException>()).Which.Message.Should().Contain("configure permission");
        });
    }

    private static async Task<RabbitMqTransport> StartAsync(Uri uri)
    {
        var options = new RabbitMqOptions { Uris = [uri], ReconnectDelay = TimeSpan.FromMilliseconds(20), MaxReconnectDelay = TimeSpan.FromMilliseconds(500) };
        var transport = new RabbitMqTransport(options, new PublisherOptions(), "tests", TimeProvider.System, NullLogger.Instance);
        await transport.StartAsync(Cancellation);
        return transport;
    }

    private static async Task WithUserAsync(string configure, Func<Uri, Task> test, string write = ".*")
    {
        await BrokerControl.RabbitMqCtlAsync("add_user", User, Password);
        try
        {
            await BrokerControl.RabbitMqCtlAsync("set_permissions", User, configure, write, ".*");
            await test(new UriBuilder(RabbitMqServer.Uri) { UserName = User, Password = Password }.Uri);
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("delete_user", User);
        }
    }
}
