namespace TechCorp.Messaging.Tests;

/// <summary>What only the real broker and its management plugin can say about a plan; the rest is in the contract.</summary>
[Trait("Spec", "TP1")]
public sealed class RabbitMqTopologyPlanTests : RabbitMqTransportTest
{
    private static Uri Management => Environment.GetEnvironmentVariable("TECHCORP_RABBITMQ_MANAGEMENT") is { Length: > 0 } uri
        ? new Uri(uri)
        : throw new InvalidOperationException("This test needs the management plugin: run it with 'eng/services.sh --private run -- …', or set "
        + "TECHCORP_RABBITMQ_MANAGEMENT to its http:// URI.");

    [Fact]
    public async Task Over_amqp_a_conflict_names_one_argument_and_bindings_are_to_be_bound()
    {
        var (theirs, ours) = TwoVersions();
        var transport = await Backend.StartAsync(new PublisherOptions());
        await transport.DeclareAsync(theirs, TopologyMode.Create, Cancellation);

        var plan = await PlanAsync(ours, management: null);

        plan.HasConflicts.Should().BeTrue();
        var conflict = plan.Changes.Should().ContainSingle(change => change.Kind == TopologyChangeKind.Conflict).Which;
        conflict.Detail.Should().ContainAny("x-message-ttl", "x-max-length").And.NotMatch("*x-message-ttl*x-max-length*");
        plan.Changes.Select(change => change.Kind).Should().Equal(TopologyChangeKind.Identical, TopologyChangeKind.Conflict, TopologyChangeKind.Bind);
    }

    [Safeguard("All arguments are compared over the management API", SwitchedOff = "`ManagementDiff` asks for no queue")]
    [Fact]
    public async Task With_a_management_url_every_argument_and_binding_is_compared()
    {
        var (theirs, ours) = TwoVersions();
        var transport = await Backend.StartAsync(new PublisherOptions());
        await transport.DeclareAsync(theirs, TopologyMode.Create, Cancellation);

        var plan = await PlanAsync(ours, Management);

        plan.Changes.Single(change => change.Kind == TopologyChangeKind.Conflict).Detail.Should()
            .Be("argument 'x-max-length': ours is '10', the broker's is 'none'. argument 'x-message-ttl': ours is '1000', the broker's is '2000'.");
        plan.Changes.Where(change => change.Subject.StartsWith("binding", StringComparison.Ordinal)).Select(change => (change.Kind, change.Subject[^5..]))
            .Should()
            .BeEquivalentTo([(TopologyChangeKind.Bind, "'new'"), (TopologyChangeKind.Undeclared, "'old'")],
                options => options.ComparingByValue<(TopologyChangeKind, string)>());
        (await PlanAsync(theirs, Management)).Changes.Should().OnlyContain(change => change.Kind == TopologyChangeKind.Identical);
    }

    [Fact]
    public async Task A_management_url_that_refuses_the_user_says_so_without_the_password()
    {
        var queue = await QueueAsync(await Backend.StartAsync(new PublisherOptions()));
        var wrong = new UriBuilder(Management) { UserName = "nobody", Password = "secret" }.Uri;

        var plan = () => PlanAsync(Topology.Empty.Add(new QueueDeclaration(queue) { Kind = QueueKind.Classic }), wrong);

        (await plan.Should().ThrowAsync<HttpRequestException>()).Which.Message.Should().Contain("401").And.NotContain("secret");
    }

    [Safeguard("A plan creates nothing")]
    [Fact]
    public async Task What_the_broker_ignores_without_a_word_is_listed_as_ignored()
    {
        var queue = new QueueDeclaration(Backend.Queue()) { Kind = QueueKind.Classic }.WithArgument("x-mesage-ttl", 1000);

        var plan = await PlanAsync(Topology.Empty.Add(queue), management: null);

        plan.Changes.Select(change => change.Kind).Should().Equal(TopologyChangeKind.Create, TopologyChangeKind.Ignored);
        plan.Findings.Should().ContainSingle(finding => finding.Rule == "unknown-argument");
        plan.ToString().Should().Contain($"Create: queue '{queue.Name}'").And.Contain("x-mesage-ttl");
    }

    private static Task<TopologyPlan> PlanAsync(Topology topology, Uri? management) => MessageBus.PlanAsync(
        m => m.UseRabbitMq(o =>
        {
            o.Uris = [RabbitMqServer.Uri];
            o.ManagementUri = management;
        }).AddTopology(topology),
        Cancellation);

    private (Topology Theirs, Topology Ours) TwoVersions()
    {
        var exchange = new ExchangeDeclaration(Backend.Exchange(), ExchangeKind.Topic);
        var queue = new QueueDeclaration(Backend.Queue()) { Kind = QueueKind.Classic, MessageTimeToLive = TimeSpan.FromSeconds(2) };
        var changed = queue with { MessageTimeToLive = TimeSpan.FromSeconds(1), MaxLength = 10 };
        return (
            Topology.Empty.Add(exchange).Add(queue).Add(new BindingDeclaration(exchange.Name, queue.Name, "old")),
            Topology.Empty.Add(exchange).Add(changed).Add(new BindingDeclaration(exchange.Name, queue.Name, "new")));
    }
}
