using System.Text;

namespace TechCorp.Messaging.Tests;

/// <summary>What a payload is published as when its variable is declared as something else.</summary>
public sealed class RuntimeTypeTests : IAsyncDisposable
{
    private static readonly Destination Orders = Destination.ToExchange("orders"), Refunds = Destination.ToExchange("refunds");
    private readonly ScriptedTransport _transport = new();
    private readonly MessageCatalog _catalog = new MessageCatalog()
        .Add("order.event", DomainJson.Default.OrderEvent, Orders)
        .Add("order.refunded", DomainJson.Default.OrderRefunded, Refunds)
        .Add("order.seen", DomainJson.Default.OrderSeen, Orders);

    private readonly IMessagePublisher _publisher;

    public RuntimeTypeTests() => _publisher = new MessagePublisher(_transport, _catalog, new PublisherOptions(), "shop", _transport.Clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    [Safeguard("A payload is published as its runtime type",
        SwitchedOff = "`MessageCatalog.TypeOf` finds the type that the variable is declared as: the amount is gone")]
    [Fact, Trait("Spec", "FM8")]
    public async Task A_payload_in_a_variable_of_its_base_type_is_published_as_what_it_is()
    {
        OrderEvent payload = new OrderRefunded("o1", 12.5m);
        object unknown = payload;

        await _publisher.PublishAsync(payload, cancellationToken: Cancellation);
        await _publisher.PublishAsync(unknown, cancellationToken: Cancellation);
        await _publisher.PublishAsync(payload, new PublishOptions { CorrelationId = "c1" }, Cancellation);
        await _publisher.PublishAsync(_catalog.Create(payload), Refunds, cancellationToken: Cancellation);
        await _publisher.TryPublishBatchAsync([(_catalog.Create(unknown), Refunds)], cancellationToken: Cancellation);

        _transport.Published.Should().HaveCount(5).And.OnlyContain(sent => sent.Message.Type == "order.refunded" && sent.Destination == Refunds);
        _transport.Published.Select(sent => Encoding.UTF8.GetString(sent.Message.Body.Span)).Should().OnlyContain(body => body.Contains("12.5"));
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task A_list_of_interfaces_is_published_each_as_what_it_is()
    {
        List<IDomainEvent> events = [new OrderRefunded("o1", 5), new OrderEvent("o2"), new OrderSeen("o3", 7)];

        foreach (var one in events)
        {
            await _publisher.PublishAsync(one, cancellationToken: Cancellation);
        }

        _transport.Published.Select(sent => sent.Message.Type).Should().Equal("order.refunded", "order.event", "order.seen");
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task A_nullable_struct_is_published_as_the_struct()
    {
        OrderSeen? seen = new OrderSeen("o1", 2);

#pragma warning disable CS8714 // what a caller may ignore
        await _publisher.PublishAsync(seen, cancellationToken: Cancellation);
#pragma warning restore CS8714

        _transport.Published.Single().Message.Type.Should().Be("order.seen");
    }

    [Safeguard("Nothing of a derived payload is left out", SwitchedOff = "`JsonShape.Holds` takes every declared type")]
    [Fact, Trait("Spec", "FM8")]
    public async Task A_derived_type_that_is_not_registered_is_refused_with_both_types_and_nothing_is_sent()
    {
        OrderEvent payload = new OrderReturned("o1", "p1");

        var publish = () => _publisher.PublishAsync(payload, cancellationToken: Cancellation);

        (await publish.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{typeof(OrderReturned)}*{typeof(OrderEvent)}*order.event*");
        FluentActions.Invoking(() => _catalog.Create(payload)).Should().Throw<ArgumentException>();
        _transport.Published.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task A_type_that_nobody_registered_is_named()
    {
        object payload = new CashPayment("o1", "t1");

        var publish = () => _publisher.PublishAsync(payload, cancellationToken: Cancellation);

        (await publish.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"*{typeof(CashPayment)}*");
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task A_base_type_whose_contract_names_the_derived_one_holds_all_of_it_and_of_no_other()
    {
        _catalog.Add("payment", DomainJson.Default.Payment, Orders);
        Payment card = new CardPayment("o1", "4711"), cash = new CashPayment("o1", "t1");

        await _publisher.PublishAsync(card, cancellationToken: Cancellation);

        var sent = _transport.Published.Single().Message;
        sent.Type.Should().Be("payment");
        Encoding.UTF8.GetString(sent.Body.Span).Should().Contain("card").And.Contain("4711");
        await _publisher.Invoking(p => p.PublishAsync(cash, cancellationToken: Cancellation)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task An_interface_that_is_registered_itself_is_not_enough()
    {
        _catalog.Add("domain.event", DomainJson.Default.IDomainEvent, Orders);
        IDomainEvent payload = new OrderReturned("o1", "p1");

        var publish = () => _publisher.PublishAsync(payload, cancellationToken: Cancellation);

        (await publish.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{typeof(OrderReturned)}*{typeof(IDomainEvent)}*");
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task A_collection_behind_an_interface_is_no_derived_type()
    {
        _catalog.Add("order.refunds", DomainJson.Default.IReadOnlyListOrderRefunded, Orders);
        IReadOnlyList<OrderRefunded> refunds = new List<OrderRefunded> { new("o1", 5), new("o2", 6) };

        await _publisher.PublishAsync(refunds, cancellationToken: Cancellation);

        _transport.Published.Single().Message.Type.Should().Be("order.refunds");
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task A_format_of_ones_own_is_trusted_with_an_interface_and_not_with_a_class()
    {
        var catalog = new MessageCatalog().Add("any", new Text<IDomainEvent>(), Orders).Add("order.event", new Text<OrderEvent>(), Orders);
        IMessagePublisher publisher = new MessagePublisher(_transport, catalog, new PublisherOptions(), "shop", _transport.Clock);
        IDomainEvent any = new OrderReturned("o1", "p1");
        OrderEvent one = new OrderReturned("o1", "p1");

        await publisher.PublishAsync(any, cancellationToken: Cancellation);
        await publisher.Invoking(p => p.PublishAsync(one, cancellationToken: Cancellation)).Should().ThrowAsync<ArgumentException>();

        _transport.Published.Single().Message.Type.Should().Be("any");
    }

    [Fact, Trait("Spec", "FM8")]
    public void The_destination_of_a_message_is_that_of_its_type()
    {
        _catalog.DestinationOf(_catalog.Create<OrderEvent>(new OrderRefunded("o1", 5))).Should().Be(Refunds);
        _catalog.Invoking(catalog => catalog.DestinationOf(new Message { Body = default, Type = "nobody" })).Should().Throw<InvalidOperationException>()
            .WithMessage("*'nobody'*");
    }

    private sealed class Text<T> : IMessageSerializer<T>
        where T : notnull
    {
        public string ContentType => "text/plain";

        public ReadOnlyMemory<byte> Serialize(T payload) => Encoding.UTF8.GetBytes($"{payload}");

        public T Deserialize(ReadOnlySpan<byte> body) => throw new NotSupportedException();
    }
}
