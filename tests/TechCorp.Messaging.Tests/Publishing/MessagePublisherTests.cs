using System.Diagnostics;

namespace TechCorp.Messaging.Tests;

public sealed class MessagePublisherTests : IAsyncDisposable
{
    private static readonly Destination Events = Destination.ToExchange("events.fanout");
    private readonly ScriptedTransport _transport = new();
    private readonly MessageCatalog _catalog = new MessageCatalog().Add("order.created", TestJson.Default.OrderCreated, Events);

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    [Fact, Trait("Spec", "PB1")]
    public async Task What_the_caller_left_open_is_filled_and_the_caller_s_message_stays_as_it_is()
    {
        var message = new Message { Body = "{}"u8.ToArray(), Type = "order.created", Headers = new Dictionary<string, string> { ["tenant"] = "acme" } };
        using var activity = new Activity("test") { TraceStateString = "a=b" }.SetIdFormat(ActivityIdFormat.W3C).Start();

        await Publisher().PublishAsync(message, Events, cancellationToken: TestContext.Current.CancellationToken);

        var sent = _transport.Published.Single().Message;
        sent.Should().BeEquivalentTo(new { message.Id, Timestamp = _transport.Clock.GetUtcNow(), AppId = "order-service", ContentType = "application/json" });
        sent.Headers.Should().Contain(MessageHeaders.TraceParent, activity.Id!).And.Contain(MessageHeaders.TraceState, "a=b").And.Contain("tenant", "acme");
        message.Headers.Should().HaveCount(1);
        Guid.Parse(message.Id).Version.Should().Be(7);
    }

    [Fact, Trait("Spec", "PB10")]
    public async Task A_batch_has_an_outcome_for_each_message_in_order()
    {
        _transport.Answer = (message, _) => Task.FromResult(message.Id == "m1" ? PublishOutcome.Returned(312, "NO_ROUTE") : PublishOutcome.Confirmed);
        var batch = Enumerable.Range(0, 3).Select(i => (_catalog.Create(new OrderCreated("o"), $"m{i}"), Events)).ToArray();

        var outcomes = await Publisher().TryPublishBatchAsync(batch, cancellationToken: TestContext.Current.CancellationToken);

        outcomes.Select(outcome => outcome.Kind).Should().Equal(PublishOutcomeKind.Confirmed, PublishOutcomeKind.Returned, PublishOutcomeKind.Confirmed);
        _transport.Published.Select(published => published.Message.Id).Should().Equal("m0", "m1", "m2");
    }

    [Fact, Trait("Spec", "PB10")]
    public async Task A_batch_is_pipelined_up_to_MaxOutstandingConfirms()
    {
        var confirms = Enumerable.Range(0, 5).ToDictionary(i => $"m{i}", _ => new TaskCompletionSource<PublishOutcome>());
        _transport.Answer = (message, _) => confirms[message.Id].Task;
        var batch = confirms.Keys.Select(id => (_catalog.Create(new OrderCreated("o"), id), Events)).ToArray();

        var publishing = Publisher(o => o.MaxOutstandingConfirms = 3).TryPublishBatchAsync(batch, cancellationToken: TestContext.Current.CancellationToken)
            .AsTask();

        _transport.Published.Should().HaveCount(3);
        confirms["m0"].SetResult(PublishOutcome.Confirmed);
        await _transport.Log.CountAsync("publish ", 4);
        _transport.Published.Should().HaveCount(4);
        foreach (var confirm in confirms.Values)
        {
            confirm.TrySetResult(PublishOutcome.Confirmed);
        }

        (await publishing).Should().HaveCount(5).And.OnlyContain(outcome => outcome.IsConfirmed);
    }

    [Fact, Trait("Spec", "PB4"), Trait("Spec", "PB10")]
    public async Task A_batch_ends_by_one_deadline()
    {
        _transport.Answer = (_, _) =>
        {
            _transport.Clock.Advance(TimeSpan.FromSeconds(20));
            return Task.FromResult(PublishOutcome.Confirmed);
        };
        var batch = Enumerable.Range(0, 4).Select(i => (_catalog.Create(new OrderCreated("o"), $"m{i}"), Events)).ToArray();

        var outcomes = await Publisher(o => o.Timeout = TimeSpan.FromSeconds(30))
            .TryPublishBatchAsync(batch, cancellationToken: TestContext.Current.CancellationToken);

        outcomes.Select(outcome => outcome.Kind).Should()
            .Equal(PublishOutcomeKind.Confirmed, PublishOutcomeKind.Confirmed, PublishOutcomeKind.Expired, PublishOutcomeKind.Expired);
        outcomes[3].MayHaveBeenDelivered.Should().BeFalse();
        _transport.Timeouts.Should().Equal(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
    }

    [Theory, Trait("Spec", "PB11")]
    [InlineData("body")]
    [InlineData("type")]
    [InlineData("no type")]
    [InlineData("id")]
    [InlineData("correlation")]
    [InlineData("header name")]
    [InlineData("headers")]
    [InlineData("destination")]
    [InlineData("timeout")]
    public async Task What_breaks_a_limit_is_refused_before_anything_is_sent(string limit)
    {
        var big = new string('ä', 128);
        var message = new Message
        {
            Body = new byte[limit == "body" ? 101 : 100],
            Type = limit == "type" ? big : limit == "no type" ? "" : "order.created",
            Id = limit == "id" ? big : "m1",
            CorrelationId = limit == "correlation" ? big : null,
            Headers = limit switch
            {
                "header name" => new Dictionary<string, string> { [big] = "" },
                "headers" => new Dictionary<string, string> { ["a"] = new string('x', 8 * 1024), ["b"] = new string('x', 8 * 1024) },
                _ => new Dictionary<string, string>(),
            },
        };
        var publisher = Publisher(o => o.MaxBodyBytes = 100);
        var good = _catalog.Create(new OrderCreated("o"), "m0");

        var one = async () => await publisher.TryPublishAsync(
            message,
            limit == "destination" ? default : Events,
            limit == "timeout" ? new PublishOptions { Timeout = TimeSpan.Zero } : null,
            TestContext.Current.CancellationToken);
        var batch = async () => await publisher.TryPublishBatchAsync(
            [(good, Events), (message, limit == "destination" ? default : Events)],
            limit == "timeout" ? new PublishOptions { Timeout = TimeSpan.Zero } : null,
            TestContext.Current.CancellationToken);

        await one.Should().ThrowAsync<ArgumentException>();
        await batch.Should().ThrowAsync<ArgumentException>();
        _transport.Published.Should().BeEmpty();
    }

    private IMessagePublisher Publisher(Action<PublisherOptions>? configure = null)
    {
        var options = new PublisherOptions();
        configure?.Invoke(options);
        return new MessagePublisher(_transport, _catalog, options, "order-service", _transport.Clock);
    }
}
