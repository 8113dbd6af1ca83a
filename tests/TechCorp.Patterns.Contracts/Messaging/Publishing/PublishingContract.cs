using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What a publish ends as, on every transport.</summary>
public abstract class PublishingContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "PB1")]
    public async Task A_confirmed_message_is_in_the_queue_with_all_its_properties()
    {
        var queue = await DeclareQueueAsync();
        var message = new Message
        {
            Body = "{}"u8.ToArray(),
            Type = "order.created",
            Timestamp = new DateTimeOffset(2026, 3, 1, 12, 30, 15, TimeSpan.Zero),
            CorrelationId = "order-1",
            AppId = "orders",
            Headers = new Dictionary<string, string> { [MessageHeaders.TraceParent] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
        };

        var outcome = await PublishAsync(message, Destination.ToQueue(queue));

        outcome.Should().Be(PublishOutcome.Confirmed);
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        var delivery = await reader.GetAsync(Cancellation);
        delivery.Should().BeEquivalentTo(new
        {
            MessageId = message.Id,
            message.Type,
            message.Timestamp,
            message.ContentType,
            message.CorrelationId,
            message.AppId,
            message.Headers,
            Exchange = "",
            RoutingKey = queue,
            Redelivered = false,
            BrokerReason = (string?)null,
        });
        delivery!.Text().Should().Be("{}");
    }

    [Safeguard("A return before the ack decides the outcome", Remark = "and three more")]
    [Safeguard("Mandatory: a message without a queue is returned", SwitchedOff = "`BrokerState.Publish` confirms when there is no target")]
    [Fact, Trait("Spec", "PB2")]
    public async Task A_message_that_no_queue_is_bound_for_is_returned_312()
    {
        var exchange = Backend.Exchange();
        await DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic)));

        var outcome = await PublishAsync(TextMessage.Of("nobody"), Destination.ToExchange(exchange, "order.created"));

        outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, Code = 312, MayHaveBeenDelivered = false });
        outcome.Reason.Should().NotBeEmpty();
    }

    [Fact, Trait("Spec", "PB2")]
    public async Task A_message_to_a_queue_that_does_not_exist_is_returned_312()
        => (await PublishAsync(TextMessage.Of("nobody"), Destination.ToQueue(Backend.Queue("missing")))).Code.Should().Be(312);

    [Fact, Trait("Spec", "PB2")]
    public async Task An_event_without_subscribers_is_confirmed_when_the_caller_accepts_that()
    {
        var exchange = Backend.Exchange();
        await DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout)));

        (await PublishAsync(TextMessage.Of("nobody"), Destination.ToExchange(exchange), UnroutableBehavior.Accept)).IsConfirmed.Should().BeTrue();
    }

    [Fact, Trait("Spec", "PB3")]
    public async Task A_full_queue_that_refuses_makes_the_publish_rejected()
    {
        var queue = await DeclareQueueAsync(queue => queue with { Kind = QueueKind.Classic, MaxLength = 2, RejectPublishWhenFull = true });
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");

        var outcome = await PublishAsync(TextMessage.Of("3"), Destination.ToQueue(queue));

        outcome.Kind.Should().Be(PublishOutcomeKind.Rejected);
        await HasReadyAsync(queue, 2);
    }

    [Fact, Trait("Spec", "PB3")]
    public async Task A_full_quorum_queue_refuses_too_but_may_be_a_little_late()
    {
        var queue = await DeclareQueueAsync(queue => queue with { MaxLength = 3, RejectPublishWhenFull = true });
        var accepted = 0;

        await Eventually.Holds(async () => (await PublishAsync(TextMessage.Of($"{accepted++}"),
            Destination.ToQueue(queue))).Kind == PublishOutcomeKind.Rejected, "it refuses");

        accepted.Should().BeGreaterThan(3);
        (await ReadyTextsAsync(queue)).Should().HaveCountGreaterThanOrEqualTo(3, "none of those that were confirmed is dropped");
    }

    [Fact, Trait("Spec", "PB3")]
    public async Task A_queue_that_refused_takes_messages_again_when_it_has_room()
    {
        var queue = await DeclareQueueAsync(queue => queue with { Kind = QueueKind.Classic, MaxLength = 1, RejectPublishWhenFull = true });
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        (await PublishAsync(TextMessage.Of("2"), Destination.ToQueue(queue))).Kind.Should().Be(PublishOutcomeKind.Rejected);

        await using (var reader = await Transport.OpenReaderAsync(queue, Cancellation))
        {
            await reader.SettleAsync((await reader.GetAsync(Cancellation))!, Settlement.Acknowledge, Cancellation);
        }

        await PublishTextsAsync(Destination.ToQueue(queue), "3");
        (await ReadyTextsAsync(queue)).Should().Equal("3");
    }

    [Safeguard("A refused publish may be in other queues", SwitchedOff = "`PublishOutcome.Rejected` says that it is not")]
    [Fact, Trait("Spec", "PB3")]
    public async Task One_full_queue_makes_the_publish_rejected_while_the_others_keep_the_message()
    {
        var (exchange, full, other) = (Backend.Exchange(), Backend.Queue("full"), Backend.Queue("other"));
        await DeclareAsync(Topology.Empty
            .Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout))
            .Add(new QueueDeclaration(full) { Kind = QueueKind.Classic, MaxLength = 1, RejectPublishWhenFull = true })
            .Add(new QueueDeclaration(other))
            .Add(new BindingDeclaration(exchange, full, ""))
            .Add(new BindingDeclaration(exchange, other, "")));
        await PublishTextsAsync(Destination.ToExchange(exchange), "1");

        (await PublishAsync(TextMessage.Of("2"), Destination.ToExchange(exchange))).Should()
            .BeEquivalentTo(new { Kind = PublishOutcomeKind.Rejected, MayHaveBeenDelivered = true });

        (await ReadyTextsAsync(full)).Should().Equal("1");
        (await ReadyTextsAsync(other)).Should().Equal("1", "2");
    }

    [Fact, Trait("Spec", "PB14")]
    public async Task A_publish_after_the_stop_ends_as_not_sent()
    {
        var queue = await DeclareQueueAsync();
        var stopped = await StartServiceAsync();
        await stopped.StopAsync(Cancellation);
        await stopped.StopAsync(Cancellation);

        var outcome = await stopped.PublishAsync(TextMessage.Of("late"), Destination.ToQueue(queue), UnroutableBehavior.Fail, Eventually.Watchdog,
            Cancellation);

        outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Expired, MayHaveBeenDelivered = false });
        (await ReadyTextsAsync(queue)).Should().BeEmpty();
    }

    [Fact, Trait("Spec", "PB7")]
    public async Task A_missing_exchange_is_returned_404_and_named()
    {
        var outcome = await PublishAsync(TextMessage.Of("lost"), Destination.ToExchange("contract.missing", "key"));

        outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, Code = 404, MayHaveBeenDelivered = false });
        outcome.Reason.Should().Contain("contract.missing");
    }

    [Safeguard("A missing exchange is recognized also where the broker cuts its name",
        SwitchedOff = "`ChannelCloseReason.Parse` knows whole names only",
        Remark = "on RabbitMQ, with an exchange name of 255 characters")]
    [Theory, Trait("Spec", "PB7")]
    [InlineData(16)]
    [InlineData(255)] // the broker cuts its words, and the name in them
    public async Task A_missing_exchange_fails_its_own_publish_and_no_other(int length)
    {
        var queue = await DeclareQueueAsync();
        var toMissing = PublishAsync(TextMessage.Of("lost"), Destination.ToExchange("contract.missing".PadRight(length, '-'), "key"));
        var others = Enumerable.Range(0, 20).Select(i => PublishAsync(TextMessage.Of($"{i}"), Destination.ToQueue(queue))).ToList();

        (await Task.WhenAll(others)).Should().OnlyContain(outcome => outcome.IsConfirmed);
        (await toMissing).Code.Should().Be(404);
        (await ReadyTextsAsync(queue)).Distinct().Should().HaveCount(20, "a resend may double a message but never lose one");
    }

    [Fact, Trait("Spec", "PB7")]
    public async Task An_exchange_that_was_missing_is_used_once_it_is_declared()
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        (await PublishAsync(TextMessage.Of("early"), Destination.ToExchange(exchange))).Code.Should().Be(404);

        await DeclareAsync(Topology.Fanout(exchange, queue));

        await PublishTextsAsync(Destination.ToExchange(exchange), "late");
        (await ReadyTextsAsync(queue)).Should().Equal("late");
    }

    [Fact, Trait("Spec", "PB10")]
    public async Task Publishes_started_in_order_arrive_in_order_and_each_has_its_own_outcome()
    {
        var queue = await DeclareQueueAsync();
        var expected = Enumerable.Range(0, 100).Select(i => $"{i}").ToArray();

        var outcomes = await Task.WhenAll(expected.Select((text, i) => PublishAsync(
            TextMessage.Of(text),
            i % 10 == 5 ? Destination.ToQueue(queue + ".missing") : Destination.ToQueue(queue))));

        outcomes.Select(outcome => outcome.Code).Should().Equal(expected.Select((_, i) => i % 10 == 5 ? 312 : 0));
        (await ReadyTextsAsync(queue)).Should().Equal(expected.Where((_, i) => i % 10 != 5));
    }

    [Safeguard("Body copied at publish", SwitchedOff = "`StoredMessage.From` keeps the caller's memory")]
    [Fact, Trait("Spec", "PB12")]
    public async Task The_body_may_be_reused_when_the_call_has_returned()
    {
        var queue = await DeclareQueueAsync();
        var body = "first"u8.ToArray();

        (await PublishAsync(new Message { Body = body, Type = "contract.text" }, Destination.ToQueue(queue))).IsConfirmed.Should().BeTrue();
        "XXXXX"u8.CopyTo(body);

        (await ReadyTextsAsync(queue)).Should().Equal("first");
    }

    [Safeguard("Headers copied at publish", SwitchedOff = "`StoredMessage.From` wraps the caller's dictionary")]
    [Fact, Trait("Spec", "PB12")]
    public async Task The_callers_headers_are_neither_changed_nor_read_again()
    {
        var queue = await DeclareQueueAsync();
        var headers = new Dictionary<string, string> { ["tenant"] = "a" };
        var message = new Message { Body = "x"u8.ToArray(), Type = "contract.text", Headers = headers };

        (await PublishAsync(message, Destination.ToQueue(queue))).IsConfirmed.Should().BeTrue();
        headers.Should().Equal(new Dictionary<string, string> { ["tenant"] = "a" });
        headers["tenant"] = "b";

        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        (await reader.GetAsync(Cancellation))!.Headers["tenant"].Should().Be("a");
    }

    [Fact, Trait("Spec", "PB6")]
    public async Task A_cancelled_caller_gets_its_own_cancellation()
    {
        var queue = await DeclareQueueAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var publish = async ()
            => await Transport.PublishAsync(TextMessage.Of("x"), Destination.ToQueue(queue), UnroutableBehavior.Fail, Eventually.Watchdog, cancelled.Token);

        (await publish.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancelled.Token);
    }
}
