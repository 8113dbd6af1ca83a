namespace TechCorp.Messaging.Tests;

/// <summary>What a caller says about one publish.</summary>
public sealed class PublishOptionsTests : IAsyncDisposable
{
    private static readonly Destination Events = Destination.ToExchange("events.fanout");
    private readonly ScriptedTransport _transport = new();
    private readonly MessageCatalog _catalog = new MessageCatalog().Add("order.created", TestJson.Default.OrderCreated, Events);
    private readonly IMessagePublisher _publisher;

    public PublishOptionsTests() => _publisher = new MessagePublisher(_transport, _catalog, new PublisherOptions(), "shop", _transport.Clock);

    public static TheoryData<string, PublishOptions> Refused => new()
    {
        { "MessageId", new PublishOptions { MessageId = "" } },
        { "Id", new PublishOptions { MessageId = new string('ä', 128) } },
        { "CorrelationId", new PublishOptions { CorrelationId = new string('x', 256) } },
        { "Priority*256", new PublishOptions { Priority = 256 } },
        { "Priority*-1", new PublishOptions { Priority = -1 } },
        { "Expiration*00:00:00", new PublishOptions { Expiration = TimeSpan.Zero } },
        { "Expiration*-00:00:01", new PublishOptions { Expiration = TimeSpan.FromSeconds(-1) } },
        { "Expiration*00:00:00.0000001", new PublishOptions { Expiration = TimeSpan.FromTicks(1) } },
        { "Expiration*50.00:00:00", new PublishOptions { Expiration = TimeSpan.FromDays(50) } },
        { "Delay*-00:00:01", new PublishOptions { Delay = TimeSpan.FromSeconds(-1) } },
        { "Delay*48.13:05:04*publish it when", new PublishOptions { Delay = TimeSpan.FromSeconds(4_194_304) } },
        { "Delay*Expiration", new PublishOptions { Delay = TimeSpan.FromMinutes(1), Expiration = TimeSpan.FromHours(1) } },
        { "techcorp-delay-3", new PublishOptions { Headers = new Dictionary<string, string> { ["techcorp-delay-3"] = "1" } } },
        { "x-techcorp-attempt", new PublishOptions { Headers = new Dictionary<string, string> { ["x-techcorp-attempt"] = "7" } } },
        { "X-TechCorp-Reason", new PublishOptions { Headers = new Dictionary<string, string> { ["X-TechCorp-Reason"] = "7" } } },
        { "x-death", new PublishOptions { Headers = new Dictionary<string, string> { ["x-death"] = "7" } } },
        { "CC", new PublishOptions { Headers = new Dictionary<string, string> { ["CC"] = "other" } } },
        { "tenant", new PublishOptions { Headers = new Dictionary<string, string> { ["tenant"] = null! } } },
        { "16384", new PublishOptions { Headers = new Dictionary<string, string> { ["tenant"] = new('x', 17_000) } } },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    [Fact, Trait("Spec", "FM18")]
    public async Task They_are_on_the_message_and_it_goes_to_the_destination_registered_for_its_type()
    {
        var options = new PublishOptions
        {
            MessageId = "m1",
            CorrelationId = "c1",
            Headers = new Dictionary<string, string> { ["tenant"] = "acme" },
            Priority = 7,
            Expiration = TimeSpan.FromMinutes(1),
            Timeout = TimeSpan.FromSeconds(5),
        };

        await _publisher.PublishAsync(new OrderCreated("o1"), options, Cancellation);

        var (message, destination) = _transport.Published.Single();
        destination.Should().Be(Events);
        message.Should().BeEquivalentTo(new { Id = "m1", CorrelationId = "c1", Priority = 7, Expiration = TimeSpan.FromMinutes(1), Type = "order.created" });
        message.Headers.Should().Equal(new Dictionary<string, string> { ["tenant"] = "acme" });
        _transport.Timeouts.Should().Equal(TimeSpan.FromSeconds(5));
    }

    [Fact, Trait("Spec", "FM18")]
    public async Task They_win_over_what_the_message_says_and_leave_the_rest_and_the_callers_message_alone()
    {
        var message = new Message
        {
            Body = "{}"u8.ToArray(),
            Type = "order.created",
            Id = "old",
            CorrelationId = "old",
            Priority = 1,
            Expiration = TimeSpan.FromSeconds(9),
            Headers = new Dictionary<string, string> { ["tenant"] = "old", ["city"] = "Porto" },
        };

        await _publisher.PublishAsync(message, Events, new PublishOptions
        {
            CorrelationId = "new",
            Headers = new Dictionary<string, string> { ["tenant"] = "new" },
        }, Cancellation);

        var sent = _transport.Published.Single().Message;
        sent.Should().BeEquivalentTo(new { Id = "old", CorrelationId = "new", Priority = 1, Expiration = TimeSpan.FromSeconds(9) });
        sent.Headers.Should().BeEquivalentTo(new Dictionary<string, string> { ["tenant"] = "new", ["city"] = "Porto" });
        message.Headers.Should().Contain("tenant", "old");
    }

    [Safeguard("An option out of its range is refused before anything is sent", SwitchedOff = "`MessageLimits.Priority` takes every number")]
    [Theory, Trait("Spec", "FM18"), MemberData(nameof(Refused))]
    public async Task What_is_out_of_its_range_is_refused_by_name_before_anything_is_sent(string names, PublishOptions options)
    {
        var message = _catalog.Create(new OrderCreated("o1"));
        Func<Task>[] publishes =
        [
            () => _publisher.PublishAsync(new OrderCreated("o1"), options, Cancellation),
            () => _publisher.TryPublishAsync(message, Events, options, Cancellation).AsTask(),
            () => _publisher.TryPublishBatchAsync([(message, Events)], options, Cancellation).AsTask(),
        ];

        foreach (var publish in publishes)
        {
            (await publish.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{names}*");
        }

        _transport.Published.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FM18")]
    public async Task A_batch_has_them_on_each_message_but_no_one_id()
    {
        (Message, Destination)[] batch = [(_catalog.Create(new OrderCreated("o1")), Events), (_catalog.Create(new OrderCreated("o2")), Events)];

        await _publisher.TryPublishBatchAsync(batch, new PublishOptions { CorrelationId = "c1", Priority = 3 }, Cancellation);
        var sameId = () => _publisher.TryPublishBatchAsync(batch, new PublishOptions { MessageId = "m1" }, Cancellation).AsTask();

        await sameId.Should().ThrowAsync<ArgumentException>().WithMessage("*MessageId*m1*2*");
        _transport.Published.Should().HaveCount(2).And.OnlyContain(sent => sent.Message.CorrelationId == "c1" && sent.Message.Priority == 3);
    }

    [Theory, Trait("Spec", "FM18")]
    [InlineData("CC")]
    [InlineData("BCC")]
    public async Task A_header_that_closes_the_channel_of_all_is_refused_on_any_message(string name)
    {
        var message = new Message { Body = default, Type = "x", Headers = new Dictionary<string, string> { [name] = "other" } };

        var publish = () => _publisher.TryPublishAsync(message, Events, cancellationToken: Cancellation).AsTask();

        await publish.Should().ThrowAsync<ArgumentException>().WithMessage($"*'{name}'*");
    }

    [Fact, Trait("Spec", "FM18")]
    public async Task Without_options_the_message_is_the_callers_own()
    {
        var message = new Message { Body = default, Type = "x", AppId = "shop", Timestamp = _transport.Clock.GetUtcNow() };

        await _publisher.TryPublishAsync(message, Events, PublishOptions.Default, Cancellation);

        _transport.Published.Single().Message.Should().BeSameAs(message);
    }

    [Theory, Trait("Spec", "FM18")]
    [InlineData(PublishOutcomeKind.Expired, false, 0, "there is no connection to the broker.",
        "Message m1 to exchange 'events.fanout', key '' ended as Expired: there is no connection to the broker. It was not sent: publish again.")]
    [InlineData(PublishOutcomeKind.Returned, false, 312, "NO_ROUTE",
        "Message m1 to exchange 'events.fanout', key '' ended as Returned (312): NO_ROUTE. Declare and bind a queue, or publish with "
        + "UnroutableBehavior.Accept.")]
    [InlineData(PublishOutcomeKind.ConnectionLost, true, 0, "",
        "Message m1 to exchange 'events.fanout', key '' ended as ConnectionLost: It may have been delivered: publish again with the same id.")]
    public async Task The_exception_says_each_thing_once(PublishOutcomeKind kind, bool mayHaveBeenDelivered, int code, string reason, string text)
    {
        _transport.Answer = (_, _) => Task.FromResult(new PublishOutcome(kind, mayHaveBeenDelivered, code, reason));

        var publish = () => _publisher.PublishAsync(new OrderCreated("o1"), new PublishOptions { MessageId = "m1" }, Cancellation);

        var exception = (await publish.Should().ThrowAsync<PublishException>()).Which;
        (exception.Message, exception.MessageId).Should().Be((text, "m1"));
    }

    [Fact, Trait("Spec", "FM18")]
    public async Task A_publisher_that_has_stopped_says_once_that_it_was_not_sent()
    {
        var transport = new InMemoryBroker().CreateTransport();
        IMessagePublisher publisher = new MessagePublisher(transport, _catalog, new PublisherOptions(), "shop", _transport.Clock);
        await transport.StopAsync(Cancellation);

        var publish = () => publisher.PublishAsync(new OrderCreated("o1"), cancellationToken: Cancellation);

        var text = (await publish.Should().ThrowAsync<PublishException>()).Which.Message;
        text.ToUpperInvariant().Split("NOT SENT").Should().HaveCount(2, text);
    }
}
