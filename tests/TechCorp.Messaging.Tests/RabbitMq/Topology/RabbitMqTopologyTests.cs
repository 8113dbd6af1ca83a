using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqTopologyTests : RabbitMqTransportTest
{
    [Theory, Trait("Spec", "TP2")]
    [InlineData(1000, 2000, "x-message-ttl", "1000", "2000")]
    [InlineData(1000, 0, "x-message-ttl", "1000", "none")]
    public async Task A_queue_with_another_argument_is_a_mismatch_that_names_it_with_ours_theirs_and_the_remedies(int ours, int theirs, string argument,
        string ourText, string theirText)
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = Backend.Queue();
        await transport.DeclareAsync(Of(queue, theirs), TopologyMode.Create, Cancellation);

        var declare = () => transport.DeclareAsync(Of(queue, ours), TopologyMode.Create, Cancellation);

        var mismatch = (await declare.Should().ThrowAsync<TopologyException>()).Which;
        mismatch.Entity.Should().Contain(queue);
        mismatch.Difference.Should().Contain(argument).And.MatchRegex($"ours is .*{ourText}.*the broker's is .*{theirText}");
        mismatch.Message.Should().Contain("delete it").And.Contain(nameof(TopologyMode.Assume));
        (await PublishAsync(transport, queue)).IsConfirmed.Should().BeTrue("a refused declaration disturbs nobody");
    }

    [Fact, Trait("Spec", "FV1")]
    public async Task Dead_letter_and_retry_queues_of_an_earlier_version_stop_no_start_and_are_named_in_a_warning_with_the_remedy()
    {
        var queue = Backend.Queue();
        var transport = await Backend.StartAsync(new PublisherOptions());
        var retry = Topology.RetryQueueOf(queue, TimeSpan.FromSeconds(1));
        var now = Topology.WorkQueue(queue).Add(Topology.RetryLadder(queue, new DeliveryPolicy { Delays = [TimeSpan.FromSeconds(1)] }));
        await transport.DeclareAsync(now.Queues.Aggregate(Topology.Empty, (topology, each) => topology.Add(each.Name == queue ? each : each with
        {
            DeliveryLimit = null,
        })), TopologyMode.Create, Cancellation);
        using var loggers = new ListLoggers();

        await using (var bus = await MessageBus.StartAsync(m => m.UseRabbitMq(RabbitMqServer.Uri.ToString()).UseLoggerFactory(loggers).AddTopology(now),
            Cancellation))
        {
            loggers.Entries.Where(entry => entry.StartsWith("2040", StringComparison.Ordinal)).Should().ContainSingle().Which.Should()
                .Contain($": {queue}.dlq, {retry}.").And.Contain("set_policy").And.Contain("1000000000");
        }

        await RabbitMqServer.DeleteQueueAsync(retry);
    }

    [Safeguard("Queues without a limit are reported once", SwitchedOff = "`RabbitMqTransport.DeclareSharedAsync` reports them each time")]
    [Fact, Trait("Spec", "FV1"), Trait("Spec", "FM3")]
    public async Task A_queue_without_the_limit_is_named_once_and_has_the_limit_when_it_is_declared_again()
    {
        using var loggers = new ListLoggers();
        await using var transport = new RabbitMqTransport(new RabbitMqOptions { Uris = [RabbitMqServer.Uri] }, new PublisherOptions(), "tests",
            TimeProvider.System, loggers);
        await transport.StartAsync(Cancellation);
        var queue = Backend.Queue();
        var wanted = Topology.Empty.Add(new QueueDeclaration(queue) { DeliveryLimit = 1_000_000_000 });
        var earlier = await Backend.StartAsync(new PublisherOptions());
        await earlier.DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)), TopologyMode.Create, Cancellation);

        for (var i = 0; i < 3; i++)
        {
            await transport.DeclareAsync(wanted, TopologyMode.Create, Cancellation);
        }

        await RabbitMqServer.DeleteQueueAsync(queue);
        await transport.DeclareAsync(wanted, TopologyMode.Create, Cancellation);
        loggers.Entries.Where(entry => entry.StartsWith("2040", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Contain(queue);
        (await transport.PlanAsync(wanted, Cancellation)).Should().ContainSingle().Which.Detail.Should().NotBe(TopologyChange.WithoutDeliveryLimit);
    }

    [Fact, Trait("Spec", "TP2")]
    public async Task A_refused_declaration_is_not_declared_again_after_a_reconnect()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = Backend.Queue();
        await transport.DeclareAsync(Of(queue, 2000), TopologyMode.Create, Cancellation);
        await FluentActions.Awaiting(() => transport.DeclareAsync(Of(queue, 1000), TopologyMode.Create, Cancellation)).Should().ThrowAsync<TopologyException>();

        await Backend.CutAsync(transport);

        (await PublishAsync(transport, queue)).IsConfirmed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "TP3")]
    public async Task Validate_says_what_does_not_exist_and_creates_nothing()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = Backend.Queue();

        var validate = () => transport.DeclareAsync(Of(queue, 0), TopologyMode.Validate, Cancellation);

        (await validate.Should().ThrowAsync<TopologyException>()).Which.Message.Should().Contain(queue).And.Contain("does not exist");
        (await transport.CountAsync(queue, Cancellation)).Should().BeNull();
    }

    [Theory, Trait("Spec", "TP4")]
    [InlineData(QueueKind.Classic)]
    [InlineData(QueueKind.Quorum)]
    public async Task A_work_queue_with_its_dead_letter_queue_is_declared_by_one_call_with_exactly_these_arguments(QueueKind kind)
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = Backend.Queue();
        var topology = Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind, MessageTimeToLive = TimeSpan.FromMilliseconds(86_400_000) });

        await transport.DeclareAsync(topology, TopologyMode.Create, Cancellation);
        await transport.DeclareAsync(topology, TopologyMode.Create, Cancellation);

        var expected = new Dictionary<string, object?>
        {
            ["x-dead-letter-exchange"] = "dlx",
            ["x-dead-letter-routing-key"] = queue + ".dlq",
            ["x-message-ttl"] = 86_400_000,
            ["x-overflow"] = "reject-publish",
        };
        if (kind == QueueKind.Quorum)
        {
            expected["x-queue-type"] = "quorum";
            expected["x-dead-letter-strategy"] = "at-least-once";
            expected["x-delivery-limit"] = 100;
        }

        await using var channel = await RabbitMqServer.ChannelAsync();
        // 406 if anything differed
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, expected, cancellationToken: Cancellation);
        (await transport.CountAsync(queue + ".dlq", Cancellation)).Should().NotBeNull();
        (await transport.PublishAsync(TextMessage.Of("x"), Destination.ToExchange("dlx", queue + ".dlq"), UnroutableBehavior.Fail, Eventually.Watchdog,
            Cancellation)).IsConfirmed.Should().BeTrue("the dead-letter queue is bound");
    }

    [Fact, Trait("Spec", "TP5")]
    public void A_quorum_queue_with_a_dead_letter_exchange_dead_letters_at_least_once_and_refuses_publishes_when_full()
        => QueueArguments.Of(new QueueDeclaration("q") { DeadLetterExchange = "dlx", DeliveryLimit = 5 }).Should().BeEquivalentTo(new Dictionary<string, object>
        {
            ["x-queue-type"] = "quorum",
            ["x-dead-letter-exchange"] = "dlx",
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
            ["x-delivery-limit"] = 5L,
        });

    [Fact, Trait("Spec", "TP5")]
    public void A_bounded_queue_that_drops_its_head_by_choice_keeps_doing_so()
        => QueueArguments.Of(new QueueDeclaration("q") { DeadLetterExchange = "dlx", MaxLength = 10 }).Keys.Should()
            .NotContain(["x-dead-letter-strategy", "x-overflow"]);

    [Theory]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received the value '1' of type 'long' but current is none",
        "argument 'x-message-ttl': ours is the value '1' of type 'long', the broker's is none.")]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'it's' in vhost '/': received 'topic' but current is 'fanout'",
        "argument 'type': ours is 'topic', the broker's is 'fanout'.")]
    [InlineData("PRECONDITION_FAILED - something else", "PRECONDITION_FAILED - something else.")]
    public void The_brokers_words_are_read(string text, string difference)
        => DeclareRefusal.Of("queue 'q'", 406, text, null)!.Difference.Should().Be(difference);

    private static Topology Of(string queue, int timeToLive) => Topology.Empty.Add(new QueueDeclaration(queue)
    {
        Kind = QueueKind.Classic,
        MessageTimeToLive = timeToLive == 0 ? null : TimeSpan.FromMilliseconds(timeToLive),
    });
}
