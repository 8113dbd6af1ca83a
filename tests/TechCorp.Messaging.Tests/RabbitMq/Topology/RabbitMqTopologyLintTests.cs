using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Each lint rule: what it warns of happens on the real broker, and the rule names it.</summary>
[Trait("Spec", "TP6")]
public sealed class RabbitMqTopologyLintTests : RabbitMqTransportTest
{
    private RabbitMqTransport? _transport;

    [Fact]
    public async Task A_reserved_name_is_refused()
    {
        var topology = Topology.Empty.Add(new QueueDeclaration("amq.mine") { Kind = QueueKind.Classic });

        await FluentActions.Awaiting(() => DeclareAsync(topology)).Should().ThrowAsync<TopologyException>().WithMessage("*'amq.'*Choose another name.");

        Lint(topology).Should().Contain(("reserved-name", "queue 'amq.mine'"));
    }

    [Fact]
    public async Task An_argument_that_the_broker_does_not_know_has_no_effect()
    {
        var queue = Classic().WithArgument("x-max-lenght", 1);
        await DeclareAsync(Topology.Empty.Add(queue));

        await PublishAsync(queue.Name, "1", "2");

        (await TextsAsync(queue.Name)).Should().Equal("1", "2");
        Lint(Topology.Empty.Add(queue)).Should().Contain(("unknown-argument", Subject(queue)));
    }

    [Fact, Trait("Spec", "FV6")]
    public async Task A_quorum_queue_with_priorities_is_refused()
    {
        var queue = Quorum().WithArgument("x-max-priority", 5);

        await FluentActions.Awaiting(() => DeclareAsync(Topology.Empty.Add(queue))).Should().ThrowAsync<TopologyException>();

        Lint(Topology.Empty.Add(queue), new TopologyUsage { BrokerVersion = Backend.ServerVersion }).Should().Contain(("priority-on-quorum", Subject(queue)));
    }

    [DiffersByVersion("RabbitMQ: before 4.3 a classic queue takes `x-queue-master-locator`; from 4.3 on the broker closes the connection that declares it",
        Handling = "the lint names each argument that the connected server does not know or refuses")]
    [Fact, Trait("Spec", "FV6")]
    public async Task What_the_server_refuses_by_its_version_has_a_finding_and_what_it_takes_has_none()
    {
        var queue = Classic().WithArgument("x-queue-master-locator", "client-local");
        var topology = Topology.Empty.Add(queue);

        var findings = Lint(topology, new TopologyUsage { BrokerVersion = Backend.ServerVersion });

        if (Backend.ServerVersion < new Version(4, 3))
        {
            await DeclareAsync(topology);
            findings.Should().BeEmpty();
        }
        else
        {
            findings.Should().Equal(("argument-of-an-earlier-version", Subject(queue)));
        }
    }

    [Fact, Trait("Spec", "FV6")]
    public async Task A_quorum_queue_with_the_arguments_of_4_3_is_taken_by_each_server_and_has_a_finding_for_each_that_it_does_not_know()
    {
        var queue = Topology.WorkQueue(Quorum().WithArgument("x-delayed-retry-type", "all").WithArgument("x-delayed-retry-min", 1000)
            .WithArgument("x-delayed-retry-max", 60_000).WithArgument("x-consumer-disconnected-timeout", 60_000));

        await DeclareAsync(queue);

        Lint(queue, new TopologyUsage { BrokerVersion = Backend.ServerVersion }).Select(finding => finding.Rule).Should()
            .Equal(Enumerable.Repeat("argument-of-a-later-version", Backend.ServerVersion < new Version(4, 3) ? 4 : 0));
    }

    [Safeguard("No warning of what the broker's version can do", SwitchedOff = "`LintContext.BeforeVersion4` is always true")]
    [DiffersByVersion("RabbitMQ: a delivery limit of -1 gives up the first message that comes back on 3.10; from 4.0 on it is no limit, and a requeued message "
        + "goes behind all others before 4.3")]
    [Fact, Trait("Spec", "FV4")]
    public async Task A_negative_delivery_limit_gives_up_the_first_message_that_comes_back_on_3_10_and_is_no_limit_from_4_0_on()
    {
        var (queue, letters, topology) = WithDeadLetters(Quorum() with { DeliveryLimit = -1 });
        await DeclareAsync(topology);
        await PublishAsync(queue.Name, "given back");

        await GiveBackAsync(queue.Name, requeue: true);

        var isOld = Backend.ServerVersion.Major < 4;
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(isOld ? letters.Name : queue.Name) == 1, "it is dead-lettered, or there again");
        Lint(topology).Should().Contain(("unlimited-delivery-limit", Subject(queue)));
        Lint(topology, new TopologyUsage { BrokerVersion = new Version(3, 10) }).Should().Contain(("unlimited-delivery-limit", Subject(queue)));
        Lint(topology, new TopologyUsage { BrokerVersion = new Version(4, 0) }).Should().BeEmpty();
    }

    [Fact]
    public async Task A_classic_queue_gives_a_message_again_however_low_its_delivery_limit()
    {
        var queue = Classic() with { DeliveryLimit = 1 };
        await DeclareAsync(Topology.Empty.Add(queue));
        await PublishAsync(queue.Name, "poison");

        for (var delivery = 1; delivery <= 5; delivery++)
        {
            await GiveBackAsync(queue.Name, requeue: true);
        }

        (await TextsAsync(queue.Name)).Should().Equal("poison");
        Lint(Topology.Empty.Add(queue)).Should().Contain(("delivery-limit-on-classic", Subject(queue)));
    }

    [Fact, Trait("Spec", "FV4")]
    public async Task Without_dead_letters_a_message_over_the_delivery_limit_is_gone()
    {
        var queue = Quorum() with { DeliveryLimit = 1 };
        await DeclareAsync(Topology.Empty.Add(queue));
        await PublishAsync(queue.Name, "poison", "marker");

        await LoseAsync(queue.Name);
        await LoseAsync(queue.Name);

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue.Name) == 1, "only the marker is left");
        (await TextsAsync(queue.Name)).Should().Equal("marker");
        Lint(Topology.Empty.Add(queue)).Should().Contain(("delivery-limit-without-dead-letters", Subject(queue)));
    }

    [Fact]
    public async Task A_full_queue_without_dead_letters_drops_what_was_confirmed()
    {
        var queue = Classic() with { MaxLength = 2 };
        await DeclareAsync(Topology.Empty.Add(queue));

        await PublishAsync(queue.Name, "1", "2", "3");

        (await TextsAsync(queue.Name)).Should().Equal("2", "3");
        Lint(Topology.Empty.Add(queue)).Should().Contain(("drops-when-full", Subject(queue)));
    }

    [Fact]
    public async Task A_queue_of_length_0_refuses_everything()
    {
        var queue = Classic() with { MaxLength = 0, RejectPublishWhenFull = true };
        await DeclareAsync(Topology.Empty.Add(queue));

        (await PublishAsync(_transport!, queue.Name)).Kind.Should().Be(PublishOutcomeKind.Rejected);

        Lint(Topology.Empty.Add(queue)).Should().Contain(("holds-nothing", Subject(queue)));
    }

    [Fact]
    public async Task A_time_to_live_under_a_millisecond_lets_a_message_expire_as_it_arrives()
    {
        var queue = Classic() with { MessageTimeToLive = TimeSpan.FromMicroseconds(900) };
        await DeclareAsync(Topology.Empty.Add(queue));

        await PublishAsync(queue.Name, "1");

        (await TextsAsync(queue.Name)).Should().BeEmpty();
        Lint(Topology.Empty.Add(queue)).Should().Contain(("expires-at-once", Subject(queue)));
    }

    [Fact]
    public async Task A_queue_that_expires_takes_its_messages_with_it()
    {
        var queue = Classic().WithArgument("x-expires", 100);
        await DeclareAsync(Topology.Empty.Add(queue));

        await Eventually.Holds(async () => (await PublishAsync(_transport!, queue.Name)).Kind == PublishOutcomeKind.Returned,
            "the queue is gone, and a publish is returned");

        Lint(Topology.Empty.Add(queue)).Should().Contain(("queue-expires", Subject(queue)));
    }

    [Fact]
    public async Task A_prefetch_of_0_takes_the_whole_queue()
    {
        var queue = Classic();
        await DeclareAsync(Topology.Empty.Add(queue));
        await PublishAsync(queue.Name, [.. Enumerable.Range(1, 100).Select(number => $"{number}")]);
        await using var channel = await RabbitMqServer.ChannelAsync();
        var taken = 0;
        var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, _) => Task.FromResult(Interlocked.Increment(ref taken)); // and acknowledges none

        await channel.BasicQosAsync(0, 0, global: false, Cancellation);
        await channel.BasicConsumeAsync(queue.Name, autoAck: false, consumer, Cancellation);

        await Eventually.Holds(() => Volatile.Read(ref taken) == 100, "all were sent to one consumer that settles nothing");
        Lint(Topology.Empty.Add(queue), new TopologyUsage { Consumers = new Dictionary<string, int> { [queue.Name] = 0 } }).Should()
            .Contain(("unlimited-prefetch", $"consumer of queue '{queue.Name}'"));
    }

    [Fact]
    public async Task A_dead_letter_of_a_quorum_queue_that_drops_its_head_is_lost_while_its_target_is_missing()
    {
        var (queue, letters, topology) = WithDeadLetters(Quorum() with { MaxLength = 10 });
        var source = Topology.Empty.Add(queue.WithArgument("x-dead-letter-strategy", "at-least-once")); // ignored without reject-publish
        await DeclareAsync(source);
        await PublishAsync(queue.Name, "lost", "kept");
        await GiveBackAsync(queue.Name, requeue: false);

        await DeclareAsync(Topology.Empty.Add(letters).Add(new ExchangeDeclaration(queue.DeadLetterExchange!, ExchangeKind.Direct))
            .Add(topology.Bindings.Single()));
        await GiveBackAsync(queue.Name, requeue: false);

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(letters.Name) == 1, "the second is dead-lettered");
        (await TextsAsync(letters.Name)).Should().Equal("kept");
        Lint(topology).Should().Contain(("dead-letters-at-most-once", Subject(queue)));
    }

    [Fact]
    public async Task A_dead_letter_key_without_an_exchange_saves_nothing()
    {
        var letters = Classic();
        var queue = Classic() with { DeadLetterRoutingKey = letters.Name };
        var topology = Topology.Empty.Add(queue).Add(letters);
        await DeclareAsync(topology);

        await RejectedIsGoneAsync(queue.Name, letters.Name);

        Lint(topology).Should().Contain(("dead-letter-key-without-exchange", Subject(queue)));
    }

    [Fact]
    public async Task A_dead_letter_exchange_that_is_missing_saves_nothing()
    {
        var queue = Classic() with { DeadLetterExchange = Backend.Exchange() };
        await DeclareAsync(Topology.Empty.Add(queue));

        await RejectedIsGoneAsync(queue.Name);

        Lint(Topology.Empty.Add(queue)).Should().Contain(("dead-letter-exchange-missing", Subject(queue)));
    }

    [Fact]
    public async Task A_dead_letter_key_that_no_binding_matches_saves_nothing()
    {
        var (queue, letters, topology) = WithDeadLetters(Classic());
        var misspelled = queue with { DeadLetterRoutingKey = "misspelled" };
        topology = Topology.Empty.Add(misspelled).Add(letters).Add(topology.Exchanges.Single()).Add(topology.Bindings.Single());
        await DeclareAsync(topology);

        await RejectedIsGoneAsync(queue.Name, letters.Name);

        Lint(topology).Should().Contain(("dead-letter-key-matches-nothing", Subject(queue)));
    }

    [Fact]
    public async Task A_queue_that_dead_letters_to_itself_redelivers_rejected_messages_forever()
    {
        var queue = Classic() with { DeadLetterExchange = "" };
        queue = queue with { DeadLetterRoutingKey = queue.Name };
        await DeclareAsync(Topology.Empty.Add(queue));
        await PublishAsync(queue.Name, "round and round");

        for (var rejection = 1; rejection <= 20; rejection++)
        {
            await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue.Name) == 1, "it is there again");
            await GiveBackAsync(queue.Name, requeue: false);
        }

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue.Name) == 1, "it is there again");
        Lint(Topology.Empty.Add(queue)).Should().Contain(("dead-letters-to-itself", Subject(queue)));
    }

    [Fact]
    public async Task A_message_that_expires_round_in_a_circle_is_gone()
    {
        var (one, other) = (Classic(), Classic());
        one = one with { MessageTimeToLive = TimeSpan.FromMilliseconds(1), DeadLetterExchange = "", DeadLetterRoutingKey = other.Name };
        other = other with { MessageTimeToLive = TimeSpan.FromMilliseconds(1), DeadLetterExchange = "", DeadLetterRoutingKey = one.Name };
        var topology = Topology.Empty.Add(one).Add(other);
        await DeclareAsync(topology);

        await PublishAsync(one.Name, "1");

        await Eventually.Holds(async () => (await RabbitMqServer.ReadyAsync(one.Name), await RabbitMqServer.ReadyAsync(other.Name)) == (0, 0),
            "it is in neither queue");
        Lint(topology).Should().Contain([("expiry-cycle", Subject(one)), ("expiry-cycle", Subject(other))]);
    }

    [Fact]
    public async Task Dead_letters_with_a_time_to_live_are_gone()
    {
        var (queue, letters, topology) = WithDeadLetters(Classic(), letters => letters with { MessageTimeToLive = TimeSpan.FromMilliseconds(1) });
        await DeclareAsync(topology);

        await RejectedIsGoneAsync(queue.Name, letters.Name);

        Lint(topology).Should().Contain(("dead-letters-expire", Subject(letters)));
    }

    [Fact]
    public async Task A_dead_letter_that_a_full_queue_refuses_is_gone()
    {
        var (queue, letters, topology) = WithDeadLetters(Classic(), letters => letters with { MaxLength = 1, RejectPublishWhenFull = true });
        await DeclareAsync(topology);
        await PublishAsync(letters.Name, "full");

        await RejectedIsGoneAsync(queue.Name);

        (await TextsAsync(letters.Name)).Should().Equal("full");
        Lint(topology).Should().Contain(("dead-letters-refused", Subject(letters)));
    }

    [Fact]
    public async Task A_binding_without_its_exchange_is_refused()
    {
        var queue = Classic();
        var binding = new BindingDeclaration(Backend.Exchange(), queue.Name, "");
        var topology = Topology.Empty.Add(queue).Add(binding);

        await FluentActions.Awaiting(() => DeclareAsync(topology)).Should().ThrowAsync<TopologyException>();

        Lint(topology).Should().Contain(("binding-end-missing", Subject(binding)));
    }

    [Fact]
    public async Task A_fanout_exchange_ignores_the_key_of_a_binding()
    {
        var (topology, binding) = await BoundAsync(ExchangeKind.Fanout, "order.created");

        (await PublishToAsync(binding, "payment.failed")).IsConfirmed.Should().BeTrue("the queue gets everything");

        Lint(topology).Should().Contain(("key-on-fanout", Subject(binding)));
    }

    [Fact]
    public async Task A_direct_exchange_takes_a_wildcard_for_text()
    {
        var (topology, binding) = await BoundAsync(ExchangeKind.Direct, "order.*");

        (await PublishToAsync(binding, "order.created")).Kind.Should().Be(PublishOutcomeKind.Returned);

        Lint(topology).Should().Contain(("wildcard-on-direct", Subject(binding)));
    }

    [Fact]
    public async Task A_wildcard_inside_a_word_is_text()
    {
        var (topology, binding) = await BoundAsync(ExchangeKind.Topic, "order.cre*");

        (await PublishToAsync(binding, "order.created")).Kind.Should().Be(PublishOutcomeKind.Returned);

        Lint(topology).Should().Contain(("wildcard-inside-word", Subject(binding)));
    }

    [DiffersByVersion("RabbitMQ: before 4.3 a topic binding may have any number of `#`; from 4.3 on at most two",
        Handling = "the lint and the exception say so; the in-memory broker refuses what the server refuses that it imitates")]
    [Fact, Trait("Spec", "FV5")]
    public async Task A_pattern_with_three_hashes_is_refused_from_4_3_on()
    {
        var bind = () => BoundAsync(ExchangeKind.Topic, "#.a.#.#");
        var isOld = Backend.ServerVersion < new Version(4, 3);

        if (isOld)
        {
            var (_, binding) = await bind();
            (await PublishToAsync(binding, "order.a")).IsConfirmed.Should().BeTrue("it matches");
        }
        else
        {
            await bind.Should().ThrowAsync<TopologyException>().WithMessage("*'#.a.#.#'*uses 3 '#' wildcards*bind two patterns*");
        }

        Topology.Topic("events", ("#.a.#.#", "q")).Lint(brokerVersion: Backend.ServerVersion).Should().ContainSingle().Which.Should()
            .BeEquivalentTo(new { Rule = "too-many-wildcards", Severity = isOld ? LogLevel.Information : LogLevel.Error });
    }

    [Fact]
    public async Task A_pattern_with_one_star_does_not_match_an_event_of_more_words()
    {
        var (topology, binding) = await BoundAsync(ExchangeKind.Topic, "notification.email.*");

        (await PublishToAsync(binding, "notification.email.order.confirmed")).Kind.Should().Be(PublishOutcomeKind.Returned);

        var finding = topology.FindingsFor(new TopologyUsage { Events = ["notification.email.order.confirmed"] }).Should().ContainSingle().Which;
        finding.Should().BeEquivalentTo(new { Rule = "matches-no-event", Subject = Subject(binding) });
        finding.Remedy.Should().Contain("notification.email.#");
        topology.FindingsFor(new TopologyUsage { Events = ["notification.email.welcome"] }).Should().BeEmpty();
    }

    [Fact]
    public async Task A_publish_without_a_bound_queue_is_returned()
    {
        var exchange = new ExchangeDeclaration(Backend.Exchange(), ExchangeKind.Topic);
        var topology = Topology.Empty.Add(exchange);
        await DeclareAsync(topology);
        var destination = Destination.ToExchange(exchange.Name, "order.created");

        (await _transport!.PublishAsync(TextMessage.Of("x"), destination, UnroutableBehavior.Fail, Eventually.Watchdog, Cancellation)).Kind.Should()
            .Be(PublishOutcomeKind.Returned);

        Lint(topology, new TopologyUsage { Destinations = [destination] }).Should().Contain(("published-to-nobody", destination.ToString()));
    }

    private static (string Rule, string Subject)[] Lint(Topology topology, TopologyUsage? usage = null)
        => [.. topology.FindingsFor(usage ?? new TopologyUsage()).Select(finding => (finding.Rule, finding.Subject))];

    private static string Subject(QueueDeclaration queue) => $"queue '{queue.Name}'";

    private static string Subject(BindingDeclaration binding)
        => $"binding of exchange '{binding.Exchange}' to queue '{binding.Queue}' by '{binding.RoutingKey}'";

    private QueueDeclaration Classic() => new(Backend.Queue()) { Kind = QueueKind.Classic };

    private QueueDeclaration Quorum() => new(Backend.Queue());

    private (QueueDeclaration Queue, QueueDeclaration Letters, Topology Topology) WithDeadLetters(QueueDeclaration queue,
        Func<QueueDeclaration, QueueDeclaration>? with = null)
    {
        var letters = Classic();
        letters = with?.Invoke(letters) ?? letters;
        var exchange = new ExchangeDeclaration(Backend.Exchange(), ExchangeKind.Direct);
        queue = queue with { DeadLetterExchange = exchange.Name, DeadLetterRoutingKey = letters.Name };
        return (queue, letters, Topology.Empty.Add(exchange).Add(queue).Add(letters).Add(new BindingDeclaration(exchange.Name, letters.Name, letters.Name)));
    }

    private async Task DeclareAsync(Topology topology)
    {
        _transport ??= await Backend.StartAsync(new PublisherOptions());
        await _transport.DeclareAsync(topology, TopologyMode.Create, Cancellation);
    }

    private async Task<(Topology Topology, BindingDeclaration Binding)> BoundAsync(ExchangeKind kind, string key)
    {
        var (queue, exchange) = (Classic(), new ExchangeDeclaration(Backend.Exchange(), kind));
        var binding = new BindingDeclaration(exchange.Name, queue.Name, key);
        var topology = Topology.Empty.Add(exchange).Add(queue).Add(binding);
        await DeclareAsync(topology);
        return (topology, binding);
    }

    private async Task<PublishOutcome> PublishToAsync(BindingDeclaration binding, string key)
        => await _transport!.PublishAsync(TextMessage.Of("x"), Destination.ToExchange(binding.Exchange, key), UnroutableBehavior.Fail, Eventually.Watchdog,
            Cancellation);

    private async Task PublishAsync(string queue, params string[] texts)
    {
        foreach (var text in texts)
        {
            (await PublishAsync(_transport!, queue, text)).IsConfirmed.Should().BeTrue();
        }
    }

    /// <summary>Takes the first message and gives it back; closing the channel afterwards makes sure that the broker has seen it.</summary>
    private static async Task GiveBackAsync(string queue, bool requeue)
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        var got = await Eventually.Returns(() => channel.BasicGetAsync(queue, autoAck: false), "a message is ready");
        await channel.BasicNackAsync(got.DeliveryTag, multiple: false, requeue, Cancellation);
        await channel.CloseAsync(Cancellation);
    }

    /// <summary>Takes the first message on a channel that closes, which counts on every version.</summary>
    private static async Task LoseAsync(string queue)
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        var got = await Eventually.Returns(() => channel.BasicGetAsync(queue, autoAck: false), "a message is ready");
        System.Text.Encoding.UTF8.GetString(got.Body.Span).Should().Be("poison");
        await channel.CloseAsync(Cancellation);
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) > 0, "the broker knows that the channel is gone");
    }

    /// <summary>What is rejected is in neither queue afterwards.</summary>
    private async Task RejectedIsGoneAsync(string queue, string? letters = null)
    {
        await PublishAsync(queue, "rejected");
        await GiveBackAsync(queue, requeue: false);
        await PublishAsync(queue, "marker");
        (await TextsAsync(queue)).Should().Equal("marker");
        if (letters is not null)
        {
            (await TextsAsync(letters)).Should().BeEmpty();
        }
    }
}
